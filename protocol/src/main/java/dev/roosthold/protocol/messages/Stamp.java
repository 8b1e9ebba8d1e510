package dev.roosthold.protocol.messages;

import java.util.Optional;

/// Where and when an envelope belongs.
///
/// @param id identity of the message, unique in the session
/// @param timeMs Unix milliseconds; messages are shown in this order
/// @param turn id of the agent's turn; agent messages without one are not shown
/// @param subagent who of the turn's subagents; empty for the agent itself
public record Stamp(String id, long timeMs, Optional<String> turn, Optional<String> subagent) {

    public static Stamp of(String id, long timeMs) {
        return new Stamp(id, timeMs, Optional.empty(), Optional.empty());
    }

    public Stamp inTurn(String turn) {
        return new Stamp(id, timeMs, Optional.of(turn), subagent);
    }

    /// @throws IllegalArgumentException when it is no id that readers accept, see
    ///     [Envelope#isSubagentId]
    public Stamp bySubagent(String subagent) {
        if (!Envelope.isSubagentId(subagent)) {
            throw new IllegalArgumentException("not the form of a subagent's id");
        }
        return new Stamp(id, timeMs, turn, Optional.of(subagent));
    }

    Envelope envelope(Envelope.Role role, SessionEvent event) {
        return new Envelope(
                id,
                timeMs,
                role,
                turn,
                subagent,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                event);
    }
}
