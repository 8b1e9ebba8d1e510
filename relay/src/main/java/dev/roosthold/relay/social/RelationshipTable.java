package dev.roosthold.relay.social;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.social.RelationStatus;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.Optional;

/// Every statement that writes or reads single rows of the table `relationship`.
final class RelationshipTable {
    private RelationshipTable() {}

    static RelationStatus status(Sql sql, AccountId from, AccountId to) throws SQLException {
        return sql.first(
                        "SELECT status FROM relationship"
                                + " WHERE from_account = ? AND to_account = ?",
                        row -> RelationStatus.of(row.getString(1)),
                        from.value(),
                        to.value())
                .orElse(RelationStatus.NONE);
    }

    static void save(Transaction tx, AccountId from, AccountId to, RelationStatus status)
            throws SQLException {
        Long acceptedAt = status == RelationStatus.FRIEND ? tx.nowMs() : null;
        tx.execute(
                """
                INSERT INTO relationship (from_account, to_account, status, created_at, updated_at,
                    accepted_at)
                  VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (from_account, to_account) DO UPDATE SET status = excluded.status,
                  updated_at = excluded.updated_at,
                  accepted_at = coalesce(excluded.accepted_at, relationship.accepted_at)""",
                from.value(),
                to.value(),
                status.text(),
                tx.nowMs(),
                tx.nowMs(),
                acceptedAt);
    }

    /// Notes that the first person is told about the second now.
    ///
    /// @return whether it was not told since the time; false when there is no row
    static boolean takeNotification(Transaction tx, AccountId from, AccountId to, long sinceMs)
            throws SQLException {
        return tx.execute(
                        "UPDATE relationship SET last_notified_at = ?"
                                + " WHERE from_account = ? AND to_account = ?"
                                + " AND (last_notified_at IS NULL OR last_notified_at <= ?)",
                        tx.nowMs(),
                        from.value(),
                        to.value(),
                        sinceMs)
                == 1;
    }

    static final OwnedRows OF_ACCOUNT =
            new OwnedRows(
                    "relationship",
                    Optional.of(
                            "SELECT to_account, status, created_at, updated_at, accepted_at"
                                    + " FROM relationship WHERE from_account = ?"
                                    + " ORDER BY to_account"),
                    "SELECT count(*), 0 FROM relationship WHERE from_account = ?",
                    "DELETE FROM relationship WHERE (from_account, to_account) IN"
                            + " (SELECT from_account, to_account FROM relationship"
                            + " WHERE from_account = ?1 OR to_account = ?1 LIMIT ?2)");

    /// Someone who stands in whatever way to the person, or did.
    static Optional<AccountId> anyOther(Sql sql, AccountId person) throws SQLException {
        return sql.first(
                "SELECT to_account FROM relationship WHERE from_account = ?"
                        + " UNION ALL SELECT from_account FROM relationship WHERE to_account = ?"
                        + " LIMIT 1",
                row -> new AccountId(row.getString(1)),
                person.value(),
                person.value());
    }

    /// Deletes how the two stand to each other.
    static void delete(Transaction tx, AccountId one, AccountId other) throws SQLException {
        tx.execute(
                "DELETE FROM relationship WHERE (from_account = ?1 AND to_account = ?2)"
                        + " OR (from_account = ?2 AND to_account = ?1)",
                one.value(),
                other.value());
    }
}
