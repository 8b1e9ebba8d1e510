package dev.roosthold.client.conversation;

import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import java.util.Optional;

/// A stretch of work of the agent.
///
/// @param startSeq number of the message that it began with
/// @param end empty while the agent works
public record Turn(String id, long startSeq, Optional<End> end) {

    /// @param seq number of the message that ended it
    public record End(long seq, TurnStatus status) {}

    Turn ended(long seq, TurnStatus status) {
        return new Turn(id, startSeq, Optional.of(new End(seq, status)));
    }
}
