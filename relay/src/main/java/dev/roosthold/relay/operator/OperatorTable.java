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

    /// What can be wished for. The text is stored.
    enum Wish {
        DELETE_ACCOUNT("delete-account"),
        SIGN_OUT("sign-out");

        private final String text;

        Wish(String text) {
            this.text = text;
        }
    }

    /// A wish that was not fulfilled yet.
    record Task(String id, Wish wish, AccountId account) {}

    private OperatorTable() {}

    static void insert(Transaction tx, String id, Wish wish, AccountId account)
            throws SQLException {
        tx.execute("DELETE FROM operator_task WHERE finished_at < ?", tx.nowMs() - KEPT_MS);
        tx.execute(
                "INSERT INTO operator_task (id, kind, account_id, requested_at) VALUES (?, ?, ?, ?)",
                id,
                wish.text,
                account.value(),
                tx.nowMs());
    }

    /// The oldest that waits.
    static Optional<Task> next(Sql sql) throws SQLException {
        return sql.first(
                "SELECT id, account_id, kind FROM operator_task WHERE finished_at IS NULL"
                        + " AND kind IN (?, ?) ORDER BY requested_at, id LIMIT 1",
                row ->
                        new Task(
                                row.getString(1),
                                row.getString(3).equals(Wish.SIGN_OUT.text)
                                        ? Wish.SIGN_OUT
                                        : Wish.DELETE_ACCOUNT,
                                new AccountId(row.getString(2))),
                Wish.DELETE_ACCOUNT.text,
                Wish.SIGN_OUT.text);
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
