package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the writers of several relays write side by side as long as they do not collide, and one
/// after the other when they do. One for each connection; its thread only.
///
/// A transaction that lost against one of another relay is run again in a turn: it waits until
/// those that are under way have ended, and those that come later wait for it. So nobody loses
/// twice, however much the others write. It costs one question to the server for each transaction.
/// The lanes are divided into parts, each with turns of its own, so that only those wait that may
/// collide; a turn of all parts is for what has no lane, and for what loses all the same.
///
/// PostgreSQL only, with advisory locks, which end with the connection at the latest.
final class Turns {
    private static final Logger log = LoggerFactory.getLogger(Turns.class);

    /// How many parts the lanes are divided into.
    static final int PARTS = 64;

    /// In place of the number of a part.
    static final int ALL = PARTS;

    private static final long TURN_OF_ALL = 7_304_611_822_545L;
    private static final long TURN_OF_FIRST = 7_304_611_823_000L;

    /// No part.
    private static final int NONE = -1;

    private int held = NONE;

    /// The part of a lane.
    static int part(Lane lane) {
        return Math.floorMod(lane.name().hashCode(), PARTS);
    }

    /// A transaction has begun; its first question is whether it may. It has seen nothing yet, so
    /// that it begins again after a wait.
    ///
    /// @param part what it writes in
    void begun(SqlConnection connection, int part) throws SQLException {
        while (!mayGoOn(connection, part)) {
            connection.rollback();
            // What is waited for inside a transaction would not be seen by it.
            awaitOthers(connection, TURN_OF_ALL);
            if (held == NONE && part != ALL) {
                awaitOthers(connection, lock(part));
            }
            connection.commit();
        }
    }

    /// Outside a transaction.
    void take(SqlConnection connection, int part) throws SQLException {
        await(connection, "SELECT pg_advisory_lock(?)", lock(part));
        held = part;
        connection.commit();
    }

    /// Outside a transaction.
    void end(SqlConnection connection) {
        if (held == NONE) {
            return;
        }
        long lock = lock(held);
        held = NONE;
        try {
            tell(connection, "SELECT pg_advisory_unlock(?)", lock);
            connection.commit();
        } catch (SQLException e) {
            // It ends with the connection, which is of no use any more.
            log.debug("a turn was not ended", e);
            connection.abandon();
        }
    }

    private boolean mayGoOn(SqlConnection connection, int part) throws SQLException {
        if (held == ALL) {
            return true;
        }
        if (held == part || part == ALL) {
            return connection
                    .first(
                            "SELECT pg_try_advisory_xact_lock_shared(?)",
                            row -> row.getBoolean(1),
                            TURN_OF_ALL)
                    .orElse(false);
        }
        return connection
                .first(
                        "SELECT pg_try_advisory_xact_lock_shared(?)"
                                + " AND pg_try_advisory_xact_lock_shared(?)",
                        row -> row.getBoolean(1),
                        TURN_OF_ALL,
                        lock(part))
                .orElse(false);
    }

    private static long lock(int part) {
        return part == ALL ? TURN_OF_ALL : TURN_OF_FIRST + part;
    }

    private static void awaitOthers(SqlConnection connection, long lock) throws SQLException {
        await(connection, "SELECT pg_advisory_lock_shared(?)", lock);
        tell(connection, "SELECT pg_advisory_unlock_shared(?)", lock);
    }

    private static void await(SqlConnection connection, String words, long lock)
            throws SQLException {
        connection.execute("SET LOCAL lock_timeout = 0");
        tell(connection, words, lock);
    }

    private static void tell(SqlConnection connection, String words, long lock)
            throws SQLException {
        connection.first(words, _ -> true, lock);
    }
}
