package dev.roosthold.client.outbox;

import dev.roosthold.client.sessions.Receipt;
import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.List;

/// Hears what becomes of messages, on threads of the outbox; must not block for long.
public interface OutboxListener {

    /// Hears nothing.
    OutboxListener NONE = new OutboxListener() {};

    /// The relay has stored these messages of the session, in this order. After a crash of this
    /// program it may be told a second time.
    default void stored(SessionId session, List<Receipt> receipts) {}

    /// The relay could not be asked; it is asked again after the pause, or when there is a
    /// connection.
    default void waiting(SessionId session, String reason, Duration pause) {}

    /// The relay said no (404: the session is gone). The session's messages stay in the outbox and
    /// are not sent before [Outbox#retry] or the next start, or given up with [Outbox#discard].
    ///
    /// @param status HTTP status
    default void refused(SessionId session, int status, String message) {}
}
