package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the writers of several relays write side by side as long as they do not collide, and one
/// after the other when they do. One for each connection; its thread only.
///
/// A transaction that lost against one of another relay is run again alone: it waits until those
/// that are under way have ended, and those that come later wait for it. So nobody loses twice,
/// however much the others write. It costs one question to the server for each transaction.
/// PostgreSQL only, with advisory locks, which end with the connection at the latest.
final class Turns {
    private static final Logger log = LoggerFactory.getLogger(Turns.class);

    private static final long TURN = 7_304_611_822_545L;

    private boolean held;

    /// A transaction has begun; its first question is whether it may. It has seen nothing yet, so
    /// that it begins again after a wait.
    void begun(SqlConnection connection) throws SQLException {
        while (!held && !mayGoOn(connection)) {
            connection.rollback();
            // What is waited for inside a transaction would not be seen by it.
            await(connection, "SELECT pg_advisory_lock_shared(?)");
            tell(connection, "SELECT pg_advisory_unlock_shared(?)");
            connection.commit();
        }
    }

    /// Outside a transaction.
    void take(SqlConnection connection) throws SQLException {
        await(connection, "SELECT pg_advisory_lock(?)");
        held = true;
        connection.commit();
    }

    /// Outside a transaction.
    void end(SqlConnection connection) {
        if (!held) {
            return;
        }
        held = false;
        try {
            tell(connection, "SELECT pg_advisory_unlock(?)");
            connection.commit();
        } catch (SQLException e) {
            // It ends with the connection, which is of no use any more.
            log.debug("a turn was not ended", e);
            connection.abandon();
        }
    }

    private static boolean mayGoOn(SqlConnection connection) throws SQLException {
        return connection
                .first("SELECT pg_try_advisory_xact_lock_shared(?)", row -> row.getBoolean(1), TURN)
                .orElse(false);
    }

    private static void await(SqlConnection connection, String lock) throws SQLException {
        connection.execute("SET LOCAL lock_timeout = 0");
        tell(connection, lock);
    }

    private static void tell(SqlConnection connection, String words) throws SQLException {
        connection.first(words, _ -> true, TURN);
    }
}
