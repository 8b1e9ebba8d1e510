package dev.roosthold.relay.enrolment;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `machine_enrolment`.
final class KeyRequestTable {

    /// @param publicKey base64 with padding
    /// @param response null until it is approved
    /// @param createdAt Unix milliseconds of the latest publication
    /// @param approvedAt Unix milliseconds; null until it is approved
    record Stored(
            String publicKey,
            @Nullable String response,
            long createdAt,
            @Nullable Long approvedAt) {}

    private KeyRequestTable() {}

    static Optional<Stored> find(Sql sql, MachineId machine) throws SQLException {
        return sql.first(
                "SELECT public_key, response, created_at, approved_at FROM machine_enrolment"
                        + " WHERE machine_id = ?",
                row ->
                        new Stored(
                                row.getString(1), row.getString(2), row.getLong(3), number(row, 4)),
                machine.value());
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /// Takes the place of whatever was published before.
    static void save(Transaction tx, MachineId machine, DeviceId device, String publicKey)
            throws SQLException {
        tx.execute(
                """
                INSERT INTO machine_enrolment (machine_id, device_id, public_key, created_at)
                  VALUES (?, ?, ?, ?)
                ON CONFLICT (machine_id) DO UPDATE SET device_id = excluded.device_id,
                  public_key = excluded.public_key, created_at = excluded.created_at,
                  response = NULL, approved_at = NULL""",
                machine.value(),
                device.value(),
                publicKey,
                tx.nowMs());
    }

    static void approve(Transaction tx, MachineId machine, String response) throws SQLException {
        tx.execute(
                "UPDATE machine_enrolment SET response = ?, approved_at = ? WHERE machine_id = ?",
                response,
                tx.nowMs(),
                machine.value());
    }

    /// False when there was none.
    static boolean delete(Transaction tx, MachineId machine) throws SQLException {
        return tx.execute("DELETE FROM machine_enrolment WHERE machine_id = ?", machine.value())
                > 0;
    }

    private static final String OF_MACHINES =
            " FROM machine_enrolment WHERE machine_id IN"
                    + " (SELECT id FROM machine WHERE account_id = ?)";

    /// The response is for the machine alone.
    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    new OwnedRows(
                            "machine_enrolment",
                            Optional.of(
                                    "SELECT machine_id, public_key, created_at, approved_at"
                                            + OF_MACHINES
                                            + " ORDER BY machine_id"),
                            "SELECT count(*), coalesce(sum(octet_length(public_key)), 0)"
                                    + OF_MACHINES,
                            "DELETE FROM machine_enrolment WHERE machine_id IN (SELECT machine_id"
                                    + OF_MACHINES
                                    + " LIMIT ?)"));
}
