package dev.roosthold.client.overview;

import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.SessionMetadata;
import java.util.Optional;

/// What a session is doing.
public enum LiveState {
    /// The agent is in a turn.
    WORKING("working"),
    /// The agent has asked something.
    WAITING("waiting"),
    /// The agent waits for the next message.
    IDLE("idle"),
    /// No process of the session runs; the machine is there, and some start one for a message.
    STOPPED("stopped"),
    /// No process of the session runs, and its machine is offline.
    MACHINE_OFFLINE("machine-offline"),
    /// It is over: archived, or about to be.
    ENDED("ended"),
    /// It does not open here, so only its presence is known.
    LOCKED("locked");

    private final String text;

    LiveState(String text) {
        this.text = text;
    }

    /// For scripts; does not change.
    public String text() {
        return text;
    }

    /// @param active whether a process of the session is connected
    /// @param machineOnline empty when the machine is not known
    /// @param working whether the agent is in a turn, as far as the messages tell
    public static LiveState of(
            SessionMetadata metadata,
            AgentState agentState,
            boolean active,
            Optional<Boolean> machineOnline,
            boolean working) {
        if (metadata.mustEnd()) {
            return ENDED;
        }
        if (!active) {
            return machineOnline.filter(online -> !online).isPresent() ? MACHINE_OFFLINE : STOPPED;
        }
        if (!agentState.requests().isEmpty()) {
            return WAITING;
        }
        return working ? WORKING : IDLE;
    }
}
