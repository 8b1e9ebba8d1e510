package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.OptionalLong;

/// The sessions of all accounts. Thread-safe.
public final class Sessions {
    private Sessions() {}

    /// Whether the caller may use the session: it lies in the caller's account, and the credential
    /// of a machine reaches only the sessions that machine made. A session out of reach looks
    // absent.
    public static boolean isReachable(Sql sql, Caller caller, SessionId session)
            throws SQLException {
        return SessionTable.isReachable(sql, caller, session);
    }

    /// Takes the next numbers for messages of the session and notes the write in its row. Numbers
    /// begin at 1 and have no holes; they become visible together with what is stored under them in
    /// the same transaction.
    ///
    /// @param count at least 1
    /// @return the last of the numbers taken; empty when the session is out of the caller's reach
    public static OptionalLong takeMessageNumbers(
            Transaction tx, Caller caller, SessionId session, int count) throws SQLException {
        return SessionTable.takeMessageNumbers(tx, caller, session, count);
    }
}
