package dev.roosthold.relay.updates;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.store.Sql;
import java.sql.SQLException;
import java.util.Optional;

/// Where the log finds the messages that it names by number. Thread-safe.
@FunctionalInterface
public interface MessageBodies {

    /// The printed [dev.roosthold.protocol.updates.UpdateBody.NewMessage] of a stored message;
    /// empty when the message is gone.
    Optional<String> newMessageJson(Sql sql, SessionId session, long messageSeq)
            throws SQLException;
}
