package dev.roosthold.relay.audit;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the audit log.
final class AuditTable {
    /// Entries dropped by one write.
    static final int BATCH = 1_000;

    /// Entries are dropped together for so long a time, because each time leaves an entry itself.
    static final Duration SLACK = Duration.ofDays(1);

    private static final HexFormat HEX = HexFormat.of();

    private static final String COLUMNS =
            "number, at, account_id, account_number, device_id, address, kind, details, previous,"
                    + " hash";

    private AuditTable() {}

    /// The row that tells where the log begins and ends.
    ///
    /// @param last the latest entry
    /// @param dropped the latest entry that was dropped
    record Ends(Head last, Head dropped) {}

    static Optional<Ends> ends(Sql sql) throws SQLException {
        return sql.first(
                "SELECT number, hash, dropped_number, dropped_hash FROM audit_head",
                row -> new Ends(head(row, 1), head(row, 3)));
    }

    static void append(Transaction tx, Actor who, Kind kind, Details details) throws SQLException {
        Head last =
                ends(tx).orElseThrow(() -> new IllegalStateException("the audit log has no head"))
                        .last();
        String account = who.account().map(AccountId::value).orElse(null);
        Entry entry =
                new Entry(
                                last.number() + 1,
                                tx.nowMs(),
                                account,
                                account == null ? null : nextOf(tx, account),
                                who.device().map(DeviceId::value).orElse(null),
                                who.address().orElse(null),
                                kind.text(),
                                details.json(),
                                last.hash(),
                                "")
                        .sealed();
        tx.execute(
                "INSERT INTO audit_entry (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entry.number(),
                entry.at(),
                entry.account(),
                entry.accountNumber(),
                entry.device(),
                entry.address(),
                entry.kind(),
                entry.details(),
                HEX.parseHex(entry.previous()),
                HEX.parseHex(entry.hash()));
        tx.execute(
                "UPDATE audit_head SET number = ?, hash = ?",
                entry.number(),
                HEX.parseHex(entry.hash()));
    }

    /// Drops what is too old or too much, up to [#BATCH] entries.
    ///
    /// @return whether something was dropped
    static boolean shorten(Transaction tx, Audit.Retention retention) throws SQLException {
        Optional<Ends> ends = ends(tx);
        if (ends.isEmpty()) {
            return false;
        }
        long last = ends.get().last().number();
        long dropped = ends.get().dropped().number();
        long limit = Math.min(last, dropped + BATCH);
        long upTo = dropped;
        if (last - dropped - retention.entries() >= BATCH) {
            upTo = limit;
        }
        upTo = Math.max(upTo, tooOld(tx, dropped, limit, retention.age()));
        if (upTo == dropped) {
            return false;
        }
        Optional<Head> lastDropped =
                tx.first(
                        "SELECT number, hash FROM audit_entry WHERE number = ?",
                        row -> head(row, 1),
                        upTo);
        if (lastDropped.isEmpty()) {
            // Somebody has taken entries away; what is left is kept for whoever looks.
            return false;
        }
        append(
                tx,
                Actor.operator(),
                Kind.AUDIT_SHORTENED,
                Details.of("upTo", Long.toString(upTo)).and("hash", lastDropped.get().hash()));
        tx.execute(
                "UPDATE audit_head SET dropped_number = ?, dropped_hash = ?",
                upTo,
                HEX.parseHex(lastDropped.get().hash()));
        tx.execute("DELETE FROM audit_entry WHERE number <= ?", upTo);
        return true;
    }

    /// The last of the oldest entries that are all too old; `dropped` when that is not worth it
    /// yet.
    private static long tooOld(Transaction tx, long dropped, long limit, Duration age)
            throws SQLException {
        long before = tx.nowMs() - age.toMillis();
        long oldest =
                tx.first(
                                "SELECT at FROM audit_entry ORDER BY number LIMIT 1",
                                row -> row.getLong(1))
                        .orElse(Long.MAX_VALUE);
        if (oldest >= before - SLACK.toMillis()) {
            return dropped;
        }
        return tx.first(
                        "SELECT number - 1 FROM audit_entry WHERE number <= ? AND at >= ?"
                                + " ORDER BY number LIMIT 1",
                        row -> row.getLong(1),
                        limit,
                        before)
                .orElse(limit);
    }

    /// Entries of one account, newest first, with smaller numbers of the account than the one
    /// given.
    static List<Entry> ofAccount(Sql sql, AccountId account, long before, int limit)
            throws SQLException {
        return sql.list(
                "SELECT "
                        + COLUMNS
                        + " FROM audit_entry WHERE account_id = ? AND account_number < ?"
                        + " ORDER BY account_number DESC LIMIT ?",
                AuditTable::entry,
                account.value(),
                before,
                limit);
    }

    /// Entries of all accounts, newest first, with smaller numbers than the one given.
    static List<Entry> newest(Sql sql, long before, int limit) throws SQLException {
        return sql.list(
                "SELECT "
                        + COLUMNS
                        + " FROM audit_entry WHERE number < ? ORDER BY number DESC LIMIT ?",
                AuditTable::entry,
                before,
                limit);
    }

    /// Shows all entries in the order of their numbers.
    static void each(Sql sql, Visitor visitor) throws SQLException {
        sql.each(
                "SELECT " + COLUMNS + " FROM audit_entry ORDER BY number",
                row -> {
                    visitor.visit(entry(row));
                    return true;
                });
    }

    interface Visitor {
        void visit(Entry entry);
    }

    private static long nextOf(Sql sql, String account) throws SQLException {
        return sql.first(
                        "SELECT coalesce(max(account_number), 0) + 1 FROM audit_entry"
                                + " WHERE account_id = ?",
                        row -> row.getLong(1),
                        account)
                .orElse(1L);
    }

    private static Head head(ResultSet row, int column) throws SQLException {
        return new Head(row.getLong(column), hex(row.getBytes(column + 1)));
    }

    private static Entry entry(ResultSet row) throws SQLException {
        long accountNumber = row.getLong(4);
        boolean ofAccount = !row.wasNull();
        return new Entry(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                ofAccount ? (Long) accountNumber : null,
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                hex(row.getBytes(9)),
                hex(row.getBytes(10)));
    }

    /// Of 64 digits, whatever stands there.
    private static String hex(byte @Nullable [] hash) {
        byte[] bytes = hash == null ? new byte[0] : hash;
        return HEX.formatHex(bytes.length == 32 ? bytes : java.util.Arrays.copyOf(bytes, 32));
    }
}
