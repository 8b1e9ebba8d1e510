package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// Every statement about the table `operator_task`.
final class OperatorTable {
    private static final long KEPT_MS = Duration.ofDays(1).toMillis();
    private static final String DELETE_ACCOUNT = "delete-account";

    /// A wish that was not fulfilled yet.
    record Task(String id, AccountId account) {}

    private OperatorTable() {}

    static void insert(Transaction tx, String id, AccountId account) throws SQLException {
        tx.execute("DELETE FROM operator_task WHERE finished_at < ?", tx.nowMs() - KEPT_MS);
        tx.execute(
                "INSERT INTO operator_task (id, kind, account_id, requested_at) VALUES (?, ?, ?, ?)",
                id,
                DELETE_ACCOUNT,
                account.value(),
                tx.nowMs());
    }

    /// The oldest that waits.
    static Optional<Task> next(Sql sql) throws SQLException {
        return sql.first(
                "SELECT id, account_id FROM operator_task WHERE finished_at IS NULL AND kind = ?"
                        + " ORDER BY requested_at, id LIMIT 1",
                row -> new Task(row.getString(1), new AccountId(row.getString(2))),
                DELETE_ACCOUNT);
    }

    /// Writes what came of it and forgets whom it was about.
    static void finish(Transaction tx, String id, String outcome) throws SQLException {
        tx.execute(
                "UPDATE operator_task SET finished_at = ?, outcome = ?, account_id = NULL"
                        + " WHERE id = ?",
                tx.nowMs(),
                outcome,
                id);
    }

    /// Empty while it waits.
    static Optional<String> outcome(Sql sql, String id) throws SQLException {
        return sql.first(
                "SELECT outcome FROM operator_task WHERE id = ? AND finished_at IS NOT NULL",
                row -> row.getString(1),
                id);
    }
}
