package dev.roosthold.relay.jobs;

import dev.roosthold.protocol.JobId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.Job;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Every statement about the table `machine_job`.
final class JobTable {
    private static final String COLUMNS = "id, data, version, created_at, updated_at";

    private JobTable() {}

    static Optional<Job> find(Sql sql, MachineId machine, JobId job) throws SQLException {
        return sql.first(
                "SELECT " + COLUMNS + " FROM machine_job WHERE machine_id = ? AND id = ?",
                JobTable::map,
                machine.value(),
                job.value());
    }

    /// The oldest first.
    static List<Job> list(Sql sql, MachineId machine) throws SQLException {
        return sql.list(
                "SELECT "
                        + COLUMNS
                        + " FROM machine_job WHERE machine_id = ? ORDER BY created_at, id",
                JobTable::map,
                machine.value());
    }

    static long count(Sql sql, MachineId machine) throws SQLException {
        return sql.first(
                        "SELECT count(*) FROM machine_job WHERE machine_id = ?",
                        row -> row.getLong(1),
                        machine.value())
                .orElse(0L);
    }

    static Job insert(Transaction tx, MachineId machine, JobId job, String data)
            throws SQLException {
        tx.execute(
                "INSERT INTO machine_job (machine_id, " + COLUMNS + ") VALUES (?, ?, ?, 1, ?, ?)",
                machine.value(),
                job.value(),
                data,
                tx.nowMs(),
                tx.nowMs());
        return new Job(job, data, 1, tx.nowMs(), tx.nowMs());
    }

    /// Replaces the data if its version is the expected one; the job as it is then, otherwise
    /// nothing.
    static Optional<Job> replace(
            Transaction tx, MachineId machine, JobId job, String data, int expectedVersion)
            throws SQLException {
        return tx.first(
                "UPDATE machine_job SET data = ?, version = version + 1, updated_at = ?"
                        + " WHERE machine_id = ? AND id = ? AND version = ? RETURNING "
                        + COLUMNS,
                JobTable::map,
                data,
                tx.nowMs(),
                machine.value(),
                job.value(),
                expectedVersion);
    }

    /// False when there was none.
    static boolean delete(Transaction tx, MachineId machine, JobId job) throws SQLException {
        return tx.execute(
                        "DELETE FROM machine_job WHERE machine_id = ? AND id = ?",
                        machine.value(),
                        job.value())
                > 0;
    }

    private static Job map(ResultSet row) throws SQLException {
        return new Job(
                new JobId(row.getString(1)),
                row.getString(2),
                row.getInt(3),
                row.getLong(4),
                row.getLong(5));
    }

    private static final String OF_MACHINES =
            " FROM machine_job WHERE machine_id IN (SELECT id FROM machine WHERE account_id = ?)";

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    new OwnedRows(
                            "machine_job",
                            Optional.of(
                                    "SELECT machine_id, "
                                            + COLUMNS
                                            + OF_MACHINES
                                            + " ORDER BY machine_id, id"),
                            "SELECT count(*), coalesce(sum(octet_length(data)), 0)" + OF_MACHINES,
                            "DELETE FROM machine_job WHERE (machine_id, id) IN"
                                    + " (SELECT machine_id, id"
                                    + OF_MACHINES
                                    + " LIMIT ?)"));

    static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute("UPDATE machine_job SET version = version + ?", by);
    }
}
