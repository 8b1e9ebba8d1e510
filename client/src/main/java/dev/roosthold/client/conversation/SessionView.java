package dev.roosthold.client.conversation;

import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.SessionMetadata;
import java.util.List;

/// A session at one moment. Immutable.
///
/// @param conversation of the messages that were read
/// @param live words that are being made, the oldest first
/// @param active whether a process of the session is connected to the relay
/// @param thinking whether it has lately said that it works
public record SessionView(
        Conversation conversation,
        List<LiveText> live,
        SessionMetadata metadata,
        AgentState agentState,
        boolean active,
        boolean thinking) {

    public SessionView {
        live = List.copyOf(live);
    }

    public boolean isWaiting() {
        return !agentState.requests().isEmpty();
    }

    public boolean isWorking() {
        return active && conversation.isWorking();
    }
}
