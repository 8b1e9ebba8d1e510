package dev.roosthold.relay.machines;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `machine`.
final class MachineTable {
    private static final String COLUMNS =
            "id, account_id, label, enrolled, metadata, metadata_version, daemon_state,"
                    + " daemon_state_version, data_encryption_key, active_at, connected_before, rev,"
                    + " created_at, updated_at, assistants_online, assistants_offline,"
                    + " assistants_pending, asks_keys, active";

    /// The fields of a new row that differ between the two ways to make one.
    record Fresh(
            MachineKey key,
            @Nullable String label,
            boolean enrolled,
            @Nullable String metadata,
            @Nullable String daemonState,
            @Nullable String dataEncryptionKey) {}

    private MachineTable() {}

    /// The account stands in the condition: a row that is somebody else's is not read, for how long
    /// that takes would tell that it is there and how large.
    static Optional<StoredMachine> find(Sql sql, MachineKey key) throws SQLException {
        return sql.first(
                "SELECT " + COLUMNS + " FROM machine WHERE id = ? AND account_id = ?",
                MachineTable::map,
                key.machine().value(),
                key.account().value());
    }

    static boolean exists(Sql sql, MachineKey key) throws SQLException {
        return sql.first(
                        "SELECT 1 FROM machine WHERE id = ? AND account_id = ?",
                        _ -> true,
                        key.machine().value(),
                        key.account().value())
                .isPresent();
    }

    /// Whose machine it is, in whatever account.
    static Optional<Machines.Owner> owner(Sql sql, MachineId id) throws SQLException {
        return sql.first(
                "SELECT account_id, coalesce(label, id) FROM machine WHERE id = ?",
                row -> new Machines.Owner(new AccountId(row.getString(1)), row.getString(2)),
                id.value());
    }

    static List<StoredMachine> list(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT "
                        + COLUMNS
                        + " FROM machine WHERE account_id = ?"
                        + " ORDER BY created_rev DESC",
                MachineTable::map,
                account.value());
    }

    static long count(Sql sql, AccountId account) throws SQLException {
        return sql.first(
                        "SELECT count(*) FROM machine WHERE account_id = ?",
                        row -> row.getLong(1),
                        account.value())
                .orElse(0L);
    }

    /// Adds a row; false when the id is taken.
    static boolean insert(Transaction tx, Fresh fresh) throws SQLException {
        int inserted =
                tx.execute(
                        "INSERT INTO machine ("
                                + COLUMNS
                                + ", created_rev)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, 0, 0, 0, 0, 0,"
                                + " 0)"
                                + " ON CONFLICT (id) DO NOTHING",
                        fresh.key().machine().value(),
                        fresh.key().account().value(),
                        fresh.label(),
                        fresh.enrolled(),
                        fresh.metadata(),
                        fresh.metadata() == null ? 0 : 1,
                        fresh.daemonState(),
                        fresh.daemonState() == null ? 0 : 1,
                        fresh.dataEncryptionKey(),
                        tx.nowMs(),
                        tx.nowMs(),
                        tx.nowMs());
        return inserted > 0;
    }

    /// Gives a row of the web view its first metadata.
    static void fill(Transaction tx, Fresh fresh) throws SQLException {
        tx.execute(
                "UPDATE machine SET metadata = ?, metadata_version = 1, daemon_state = ?,"
                        + " daemon_state_version = ?, data_encryption_key = ?, updated_at = ?"
                        + " WHERE id = ?",
                fresh.metadata(),
                fresh.daemonState(),
                fresh.daemonState() == null ? 0 : 1,
                fresh.dataEncryptionKey(),
                tx.nowMs(),
                fresh.key().machine().value());
    }

    /// Puts a row that has metadata under another key, whatever its versions are.
    static void renewKey(Transaction tx, Fresh fresh) throws SQLException {
        tx.execute(
                "UPDATE machine SET metadata = ?, metadata_version = metadata_version + 1,"
                        + " daemon_state = ?, daemon_state_version = daemon_state_version + 1,"
                        + " data_encryption_key = ?, updated_at = ? WHERE id = ?",
                fresh.metadata(),
                fresh.daemonState(),
                fresh.dataEncryptionKey(),
                tx.nowMs(),
                fresh.key().machine().value());
    }

    /// Replaces a field if its version is the expected one; the row as it is then, otherwise
    /// nothing.
    static Optional<StoredMachine> replaceMetadata(
            Transaction tx, MachineKey key, String value, long expected) throws SQLException {
        return tx.first(
                "UPDATE machine SET metadata = ?, metadata_version = metadata_version + 1,"
                        + " updated_at = ? WHERE id = ? AND account_id = ?"
                        + " AND metadata IS NOT NULL AND metadata_version = ?"
                        + " RETURNING "
                        + COLUMNS,
                MachineTable::map,
                value,
                tx.nowMs(),
                key.machine().value(),
                key.account().value(),
                expected);
    }

    /// Replaces a field if its version is the expected one; the row as it is then, otherwise
    /// nothing.
    static Optional<StoredMachine> replaceState(
            Transaction tx, MachineKey key, String value, long expected) throws SQLException {
        return tx.first(
                "UPDATE machine SET daemon_state = ?,"
                        + " daemon_state_version = daemon_state_version + 1,"
                        + " updated_at = ? WHERE id = ? AND account_id = ?"
                        + " AND metadata IS NOT NULL AND daemon_state_version = ?"
                        + " RETURNING "
                        + COLUMNS,
                MachineTable::map,
                value,
                tx.nowMs(),
                key.machine().value(),
                key.account().value(),
                expected);
    }

    static void rename(Transaction tx, MachineKey key, String label) throws SQLException {
        tx.execute(
                "UPDATE machine SET label = ? WHERE id = ? AND account_id = ?",
                label,
                key.machine().value(),
                key.account().value());
    }

    static void markEnrolled(Transaction tx, MachineKey key) throws SQLException {
        tx.execute(
                "UPDATE machine SET enrolled = 1 WHERE id = ? AND account_id = ?",
                key.machine().value(),
                key.account().value());
    }

    /// Notes whether the machine waits for keys.
    ///
    /// @return false when that is what the row says already
    static boolean saveAsksKeys(Transaction tx, MachineKey key, boolean asks) throws SQLException {
        return tx.execute(
                        "UPDATE machine SET asks_keys = ? WHERE id = ? AND account_id = ?"
                                + " AND asks_keys <> ?",
                        asks,
                        key.machine().value(),
                        key.account().value(),
                        asks)
                > 0;
    }

    static void saveAssistants(Transaction tx, MachineKey key, MachineRow.AssistantCounts counts)
            throws SQLException {
        tx.execute(
                "UPDATE machine SET assistants_online = ?, assistants_offline = ?,"
                        + " assistants_pending = ? WHERE id = ? AND account_id = ?",
                counts.online(),
                counts.offline(),
                counts.pending(),
                key.machine().value(),
                key.account().value());
    }

    /// Assistants of a machine that went offline are offline.
    static void takeAssistantsOffline(Transaction tx, MachineKey key) throws SQLException {
        tx.execute(
                "UPDATE machine SET assistants_offline = assistants_offline + assistants_online,"
                        + " assistants_online = 0 WHERE id = ? AND account_id = ?"
                        + " AND assistants_online > 0",
                key.machine().value(),
                key.account().value());
    }

    /// Writes presence; false when there is no such row.
    static boolean saveStatus(Transaction tx, MachineKey key, Activity activity)
            throws SQLException {
        return tx.execute(
                        "UPDATE machine SET active = ?, active_at = ?,"
                                + " connected_before = CASE WHEN ? = 1 THEN 1"
                                + " ELSE connected_before END"
                                + " WHERE id = ? AND account_id = ?",
                        activity.active(),
                        activity.activeAtMs(),
                        activity.active(),
                        key.machine().value(),
                        key.account().value())
                > 0;
    }

    static void saveActivity(Transaction tx, MachineKey key, long activeAtMs) throws SQLException {
        tx.execute(
                "UPDATE machine SET active_at = ? WHERE id = ? AND account_id = ?",
                activeAtMs,
                key.machine().value(),
                key.account().value());
    }

    /// Removes a row; false when there was none.
    static boolean delete(Transaction tx, MachineKey key) throws SQLException {
        return tx.execute(
                        "DELETE FROM machine WHERE id = ? AND account_id = ?",
                        key.machine().value(),
                        key.account().value())
                > 0;
    }

    /// The next number for a change of any row of the account.
    static long nextRev(Transaction tx, AccountId account) throws SQLException {
        return tx.first(
                        "UPDATE account SET machine_rev = machine_rev + 1 WHERE id = ?"
                                + " RETURNING machine_rev",
                        row -> row.getLong(1),
                        account.value())
                .orElseThrow(() -> new IllegalStateException("no account " + account));
    }

    static void saveRev(Transaction tx, MachineKey key, long rev) throws SQLException {
        tx.execute(
                "UPDATE machine SET rev = ?,"
                        + " created_rev = CASE created_rev WHEN 0 THEN ? ELSE created_rev END"
                        + " WHERE id = ?",
                rev,
                rev,
                key.machine().value());
    }

    /// Corrects what a relay that was killed left behind.
    static void takeAllOffline(Transaction tx) throws SQLException {
        tx.execute(
                "UPDATE account SET machine_rev = machine_rev + 1"
                        + " WHERE id IN (SELECT account_id FROM machine WHERE active = 1)");
        tx.execute(
                "UPDATE machine SET assistants_offline = assistants_offline + assistants_online,"
                        + " assistants_online = 0 WHERE assistants_online > 0");
        tx.execute(
                "UPDATE machine SET active = 0, rev = (SELECT machine_rev FROM account"
                        + " WHERE account.id = machine.account_id) WHERE active = 1");
    }

    private static StoredMachine map(ResultSet row) throws SQLException {
        return new StoredMachine(
                new MachineId(row.getString(1)),
                new AccountId(row.getString(2)),
                row.getString(3),
                row.getBoolean(4),
                row.getString(5),
                row.getInt(6),
                row.getString(7),
                row.getInt(8),
                row.getString(9),
                row.getBoolean(19),
                row.getLong(10),
                row.getBoolean(11),
                row.getLong(12),
                row.getLong(13),
                row.getLong(14),
                new MachineRow.AssistantCounts(row.getInt(15), row.getInt(16), row.getInt(17)),
                row.getBoolean(18));
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "machine",
                            "account_id",
                            "id",
                            "id, label, enrolled, metadata, metadata_version, daemon_state,"
                                    + " daemon_state_version, data_encryption_key, active_at,"
                                    + " created_at, updated_at",
                            "coalesce(octet_length(metadata), 0)"
                                    + " + coalesce(octet_length(daemon_state), 0)"));

    static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute("UPDATE account SET machine_rev = machine_rev + ?", by);
        tx.execute("UPDATE machine SET rev = rev + ?", by);
        // A row without metadata is not in the happy view and begins there with version 1.
        tx.execute(
                "UPDATE machine SET metadata_version = metadata_version + ?,"
                        + " daemon_state_version = daemon_state_version + ?"
                        + " WHERE metadata IS NOT NULL",
                by,
                by);
    }
}
