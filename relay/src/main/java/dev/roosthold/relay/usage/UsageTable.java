package dev.roosthold.relay.usage;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `usage_report`.
final class UsageTable {
    /// What the reports of one key in one session have in common.
    ///
    /// @param firstAtMs Unix milliseconds of the first of them
    record Series(String id, long firstAtMs) {}

    /// Looks at one report.
    @FunctionalInterface
    interface Visitor {
        void visit(long reportedAtMs, byte[] tokens, byte[] cost);
    }

    private UsageTable() {}

    static Optional<Series> series(
            Sql sql, AccountId account, @Nullable SessionId session, String key)
            throws SQLException {
        return sql.first(
                "SELECT report_id, reported_at FROM usage_report"
                        + " WHERE session_id IS NOT DISTINCT FROM ? AND account_id = ? AND key = ?"
                        + " ORDER BY number LIMIT 1",
                row -> new Series(row.getString(1), row.getLong(2)),
                session == null ? null : session.value(),
                account.value(),
                key);
    }

    static void insert(Transaction tx, AccountId account, String reportId, Report report)
            throws SQLException {
        SessionId session = report.session();
        tx.execute(
                "INSERT INTO usage_report (report_id, account_id, session_id, key, tokens, cost,"
                        + " reported_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                reportId,
                account.value(),
                session == null ? null : session.value(),
                report.key(),
                report.tokens().json(),
                report.cost().json(),
                tx.nowMs());
    }

    /// Shows every report that arrived between the two times, both included, one after the other:
    /// there may be millions.
    ///
    /// @param session only of this one; null for all of the account
    static void each(
            Sql sql,
            AccountId account,
            @Nullable SessionId session,
            long fromMs,
            long toMs,
            Visitor visitor)
            throws SQLException {
        Sql.RowVisitor row =
                report -> {
                    visitor.visit(report.getLong(1), report.getBytes(2), report.getBytes(3));
                    return true;
                };
        if (session == null) {
            sql.each(
                    "SELECT reported_at, tokens, cost FROM usage_report"
                            + " WHERE account_id = ? AND reported_at BETWEEN ? AND ?",
                    row,
                    account.value(),
                    fromMs,
                    toMs);
        } else {
            // The plus keeps the planner from walking through the whole account by time.
            sql.each(
                    "SELECT reported_at, tokens, cost FROM usage_report"
                            + " WHERE session_id = ? AND account_id = ?"
                            + " AND +reported_at BETWEEN ? AND ?",
                    row,
                    session.value(),
                    account.value(),
                    fromMs,
                    toMs);
        }
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "usage_report",
                            "account_id",
                            "number",
                            "report_id, session_id, key, tokens, cost, reported_at",
                            "octet_length(tokens) + octet_length(cost)"));
}
