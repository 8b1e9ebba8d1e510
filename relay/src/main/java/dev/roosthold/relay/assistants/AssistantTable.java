package dev.roosthold.relay.assistants;

import dev.roosthold.protocol.AssistantId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.Assistant;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `assistant`.
final class AssistantTable {
    private static final String COLUMNS =
            "machine_id, id, approval, online, created_at, approved_at, last_seen, details";

    private AssistantTable() {}

    static Optional<Assistant> find(Sql sql, MachineId machine, AssistantId id)
            throws SQLException {
        return sql.first(
                "SELECT " + COLUMNS + " FROM assistant WHERE machine_id = ? AND id = ?",
                AssistantTable::map,
                machine.value(),
                id.value());
    }

    /// The oldest first.
    static List<Assistant> list(Sql sql, MachineId machine) throws SQLException {
        return sql.list(
                "SELECT "
                        + COLUMNS
                        + " FROM assistant WHERE machine_id = ? ORDER BY created_at, id",
                AssistantTable::map,
                machine.value());
    }

    static long count(Sql sql, MachineId machine) throws SQLException {
        return sql.first(
                        "SELECT count(*) FROM assistant WHERE machine_id = ?",
                        row -> row.getLong(1),
                        machine.value())
                .orElse(0L);
    }

    /// Those that count; revoked ones do not.
    static MachineRow.AssistantCounts counts(Sql sql, MachineId machine) throws SQLException {
        return sql.first(
                        """
                        SELECT count(*) FILTER (WHERE approval = 'approved' AND online = 1),
                          count(*) FILTER (WHERE approval = 'approved' AND online = 0),
                          count(*) FILTER (WHERE approval = 'pending')
                        FROM assistant WHERE machine_id = ?""",
                        row ->
                                new MachineRow.AssistantCounts(
                                        row.getInt(1), row.getInt(2), row.getInt(3)),
                        machine.value())
                .orElse(MachineRow.AssistantCounts.NONE);
    }

    static void insert(Transaction tx, MachineId machine, AssistantId id, String details)
            throws SQLException {
        tx.execute(
                "INSERT INTO assistant (machine_id, id, approval, online, details, created_at)"
                        + " VALUES (?, ?, 'pending', 0, ?, ?)",
                machine.value(),
                id.value(),
                details,
                tx.nowMs());
    }

    static void update(
            Transaction tx, MachineId machine, AssistantId id, String details, boolean online)
            throws SQLException {
        tx.execute(
                "UPDATE assistant SET details = ?, online = ?, last_seen = ?"
                        + " WHERE machine_id = ? AND id = ?",
                details,
                online,
                tx.nowMs(),
                machine.value(),
                id.value());
    }

    static void approve(Transaction tx, MachineId machine, AssistantId id) throws SQLException {
        tx.execute(
                "UPDATE assistant SET approval = 'approved', approved_at = ?"
                        + " WHERE machine_id = ? AND id = ?",
                tx.nowMs(),
                machine.value(),
                id.value());
    }

    static void revoke(Transaction tx, MachineId machine, AssistantId id) throws SQLException {
        tx.execute(
                "UPDATE assistant SET approval = 'revoked', online = 0"
                        + " WHERE machine_id = ? AND id = ?",
                machine.value(),
                id.value());
    }

    /// False when there was none.
    static boolean delete(Transaction tx, MachineId machine, AssistantId id) throws SQLException {
        return tx.execute(
                        "DELETE FROM assistant WHERE machine_id = ? AND id = ?",
                        machine.value(),
                        id.value())
                > 0;
    }

    static void takeOffline(Transaction tx, MachineId machine) throws SQLException {
        tx.execute(
                "UPDATE assistant SET online = 0 WHERE machine_id = ? AND online = 1",
                machine.value());
    }

    /// Corrects what a relay that was killed left behind.
    static void takeAllOffline(Transaction tx) throws SQLException {
        tx.execute("UPDATE assistant SET online = 0 WHERE online = 1");
    }

    private static Assistant map(ResultSet row) throws SQLException {
        return new Assistant(
                new AssistantId(row.getString(2)),
                new MachineId(row.getString(1)),
                Assistant.Approval.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getBoolean(4) ? Assistant.Status.ONLINE : Assistant.Status.OFFLINE,
                row.getLong(5),
                number(row, 6),
                number(row, 7),
                row.getString(8));
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static final String OF_MACHINES =
            " FROM assistant WHERE machine_id IN (SELECT id FROM machine WHERE account_id = ?)";

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    new OwnedRows(
                            "assistant",
                            Optional.of(
                                    "SELECT " + COLUMNS + OF_MACHINES + " ORDER BY machine_id, id"),
                            "SELECT count(*), coalesce(sum(octet_length(details)), 0)"
                                    + OF_MACHINES,
                            "DELETE FROM assistant WHERE (machine_id, id) IN"
                                    + " (SELECT machine_id, id"
                                    + OF_MACHINES
                                    + " LIMIT ?)"));
}
