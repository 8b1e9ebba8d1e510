package dev.roosthold.relay.cluster;

import dev.roosthold.relay.store.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// Every statement about the table `relay_node`. PostgreSQL only; times are those of the server.
final class NodeTable {
    private static final String NOW =
            "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

    /// Other programs that use such locks on this database are unlikely.
    private static final long LEADER = 7_304_611_822_543L;

    private static final long START = 7_304_611_822_544L;

    private NodeTable() {}

    /// @param ahead how much later than now it counts as seen
    static void insert(Sql sql, String id, String fingerprint, Duration ahead) throws SQLException {
        sql.execute(
                "INSERT INTO relay_node (id, seen_at, fingerprint) VALUES (?, "
                        + NOW
                        + " + ?, ?) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
                id,
                ahead.toMillis(),
                fingerprint);
    }

    /// False when the others have taken this node for dead.
    static boolean beat(Sql sql, String id) throws SQLException {
        return sql.execute("UPDATE relay_node SET seen_at = " + NOW + " WHERE id = ?", id) > 0;
    }

    static void stop(Sql sql, String id) throws SQLException {
        sql.execute("UPDATE relay_node SET stopped_at = " + NOW + " WHERE id = ?", id);
    }

    static void delete(Sql sql, String id) throws SQLException {
        sql.execute("DELETE FROM relay_node WHERE id = ?", id);
    }

    /// Keeps other nodes from starting until [#started], or until the connection ends.
    static void starting(Sql sql) throws SQLException {
        sql.first("SELECT pg_advisory_lock(?)", _ -> true, START);
    }

    static void started(Sql sql) throws SQLException {
        sql.first("SELECT pg_advisory_unlock(?)", _ -> true, START);
    }

    /// Forgets all other nodes.
    static void forgetOthers(Sql sql, String id) throws SQLException {
        sql.execute("DELETE FROM relay_node WHERE id <> ?", id);
    }

    /// Nodes other than this one that are alive and mean to stay.
    ///
    /// @param silence after which a node counts as dead
    static long living(Sql sql, String id, Duration silence) throws SQLException {
        return sql.first(
                        "SELECT count(*) FROM relay_node WHERE id <> ? AND stopped_at IS NULL"
                                + " AND seen_at > "
                                + NOW
                                + " - ?",
                        row -> row.getLong(1),
                        id,
                        silence.toMillis())
                .orElse(0L);
    }

    /// How a node stands.
    enum State {
        ALIVE,
        /// It counts as dead, and did not say that it stops.
        SILENT,
        STOPPED
    }

    /// @param id of the node
    record Peer(String id, State state) {}

    /// The nodes other than this one that were not seen to yet.
    static List<Peer> peers(Sql sql, String id, Duration silence) throws SQLException {
        return sql.list(
                "SELECT id, stopped_at IS NOT NULL, seen_at <= "
                        + NOW
                        + " - ? FROM relay_node WHERE id <> ?",
                row ->
                        new Peer(
                                row.getString(1),
                                row.getBoolean(2)
                                        ? State.STOPPED
                                        : row.getBoolean(3) ? State.SILENT : State.ALIVE),
                silence.toMillis(),
                id);
    }

    /// Whether a living node has another key.
    static boolean hasStranger(Sql sql, String fingerprint, Duration silence) throws SQLException {
        return sql.first(
                        "SELECT 1 FROM relay_node WHERE fingerprint <> ? AND stopped_at IS NULL"
                                + " AND seen_at > "
                                + NOW
                                + " - ?",
                        _ -> true,
                        fingerprint,
                        silence.toMillis())
                .isPresent();
    }

    /// Nodes that are dead, and those that have stopped that long ago.
    static List<String> gone(Sql sql, String id, Duration silence, Duration grace)
            throws SQLException {
        return sql.list(
                "SELECT id FROM relay_node WHERE id <> ? AND (seen_at <= "
                        + NOW
                        + " - ? AND stopped_at IS NULL OR stopped_at <= "
                        + NOW
                        + " - ?)",
                row -> row.getString(1),
                id,
                silence.toMillis(),
                grace.toMillis());
    }

    /// Takes the lead if nobody has it; it is lost with the connection.
    static boolean lead(Sql sql) throws SQLException {
        return sql.first("SELECT pg_try_advisory_lock(?)", row -> row.getBoolean(1), LEADER)
                .orElse(false);
    }

    /// Which connection this is.
    static long connection(Sql sql) throws SQLException {
        return sql.first("SELECT pg_backend_pid()", row -> row.getLong(1)).orElseThrow();
    }
}
