package dev.roosthold.relay.kv;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.kv.KvPair;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `kv_pair`.
final class KvTable {
    /// Version of a key that never was.
    static final long ABSENT = -1;

    /// What is stored under a key.
    ///
    /// @param value base64; null when the pair is deleted
    record Stored(@Nullable String value, long version) {
        static final Stored NOTHING = new Stored(null, ABSENT);
    }

    private KvTable() {}

    /// What a mutation of the key is judged by; also of deleted pairs.
    static Stored stored(Sql sql, AccountId account, String key) throws SQLException {
        return sql.first(
                        "SELECT value, version FROM kv_pair WHERE account_id = ? AND key = ?",
                        row -> {
                            byte[] value = row.getBytes(1);
                            return new Stored(
                                    value == null ? null : Base64Text.encode(value),
                                    row.getLong(2));
                        },
                        account.value(),
                        key)
                .orElse(Stored.NOTHING);
    }

    static Optional<KvPair> find(Sql sql, AccountId account, String key) throws SQLException {
        return sql.first(
                "SELECT key, value, version FROM kv_pair"
                        + " WHERE account_id = ? AND key = ? AND value IS NOT NULL",
                KvTable::map,
                account.value(),
                key);
    }

    /// Ascending by key, without deleted ones.
    ///
    /// @param end the first key that is not wanted any more; null for none
    static List<KvPair> list(
            Sql sql, AccountId account, String from, @Nullable String end, int limit)
            throws SQLException {
        if (end == null) {
            return sql.list(
                    "SELECT key, value, version FROM kv_pair WHERE account_id = ? AND key >= ?"
                            + " AND value IS NOT NULL ORDER BY key LIMIT ?",
                    KvTable::map,
                    account.value(),
                    from,
                    limit);
        }
        return sql.list(
                "SELECT key, value, version FROM kv_pair WHERE account_id = ? AND key >= ?"
                        + " AND key < ? AND value IS NOT NULL ORDER BY key LIMIT ?",
                KvTable::map,
                account.value(),
                from,
                end,
                limit);
    }

    /// Writes a mutation that was found to be right.
    static void write(Transaction tx, AccountId account, Mutation mutation) throws SQLException {
        if (mutation.version() == ABSENT) {
            tx.execute(
                    "INSERT INTO kv_pair (account_id, key, value, version, created_at, updated_at)"
                            + " VALUES (?, ?, ?, 0, ?, ?)",
                    account.value(),
                    mutation.key(),
                    mutation.value(),
                    tx.nowMs(),
                    tx.nowMs());
        } else {
            tx.execute(
                    "UPDATE kv_pair SET value = ?, version = version + 1, updated_at = ?"
                            + " WHERE account_id = ? AND key = ?",
                    mutation.value(),
                    tx.nowMs(),
                    account.value(),
                    mutation.key());
        }
    }

    private static KvPair map(ResultSet row) throws SQLException {
        return new KvPair(row.getString(1), Base64Text.encode(row.getBytes(2)), row.getLong(3));
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "kv_pair",
                            "account_id",
                            "account_id, key",
                            "key, value, version, created_at, updated_at",
                            "octet_length(key) + coalesce(octet_length(value), 0)"));

    static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute("UPDATE kv_pair SET version = version + ?", by);
    }
}
