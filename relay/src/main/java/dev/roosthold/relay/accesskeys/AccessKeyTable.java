package dev.roosthold.relay.accesskeys;

import dev.roosthold.protocol.accesskeys.AccessKey;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Every statement about the table `access_key`.
final class AccessKeyTable {
    private AccessKeyTable() {}

    static Optional<AccessKey> find(Sql sql, Pair pair) throws SQLException {
        return sql.first(
                "SELECT data, data_version, created_at, updated_at FROM access_key"
                        + " WHERE session_id = ? AND machine_id = ?",
                row ->
                        new AccessKey(
                                row.getString(1), row.getInt(2), row.getLong(3), row.getLong(4)),
                pair.session().value(),
                pair.machine().value());
    }

    /// Adds a key; false when there is one.
    static boolean insert(Transaction tx, Pair pair, String data) throws SQLException {
        return tx.execute(
                        "INSERT INTO access_key (session_id, machine_id, data, data_version,"
                                + " created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?)"
                                + " ON CONFLICT (session_id, machine_id) DO NOTHING",
                        pair.session().value(),
                        pair.machine().value(),
                        data,
                        tx.nowMs(),
                        tx.nowMs())
                > 0;
    }

    /// Replaces the data if its version is the expected one; otherwise false.
    static boolean replace(Transaction tx, Pair pair, String data, int expectedVersion)
            throws SQLException {
        return tx.execute(
                        "UPDATE access_key SET data = ?, data_version = data_version + 1,"
                                + " updated_at = ? WHERE session_id = ? AND machine_id = ?"
                                + " AND data_version = ?",
                        data,
                        tx.nowMs(),
                        pair.session().value(),
                        pair.machine().value(),
                        expectedVersion)
                > 0;
    }

    private static final String OF_SESSIONS =
            " FROM access_key WHERE session_id IN (SELECT id FROM session WHERE account_id = ?)";

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    new OwnedRows(
                            "access_key",
                            Optional.of(
                                    "SELECT session_id, machine_id, data, data_version, created_at,"
                                            + " updated_at"
                                            + OF_SESSIONS
                                            + " ORDER BY session_id, machine_id"),
                            "SELECT count(*), coalesce(sum(octet_length(data)), 0)" + OF_SESSIONS,
                            "DELETE FROM access_key WHERE (session_id, machine_id) IN"
                                    + " (SELECT session_id, machine_id"
                                    + OF_SESSIONS
                                    + " LIMIT ?)"));

    static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute("UPDATE access_key SET data_version = data_version + ?", by);
    }
}
