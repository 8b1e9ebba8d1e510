package dev.roosthold.relay.connect;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Every statement about the table `vendor_token`.
final class VendorTokenTable {
    private VendorTokenTable() {}

    /// A row; the token is encrypted.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Encrypted(String vendor, byte[] token) {}

    static void save(Transaction tx, AccountId account, Vendor vendor, byte[] token)
            throws SQLException {
        tx.execute(
                """
                INSERT INTO vendor_token (account_id, vendor, token, created_at, updated_at)
                  VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (account_id, vendor) DO UPDATE SET
                  token = excluded.token, updated_at = excluded.updated_at""",
                account.value(),
                vendor.wire(),
                token,
                tx.nowMs(),
                tx.nowMs());
    }

    static Optional<byte[]> token(Sql sql, AccountId account, Vendor vendor) throws SQLException {
        return sql.first(
                "SELECT token FROM vendor_token WHERE account_id = ? AND vendor = ?",
                row -> row.getBytes(1),
                account.value(),
                vendor.wire());
    }

    static List<Encrypted> all(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT vendor, token FROM vendor_token WHERE account_id = ? ORDER BY vendor",
                row -> new Encrypted(row.getString(1), row.getBytes(2)),
                account.value());
    }

    static List<String> vendors(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT vendor FROM vendor_token WHERE account_id = ? ORDER BY vendor",
                row -> row.getString(1),
                account.value());
    }

    static void delete(Transaction tx, AccountId account, Vendor vendor) throws SQLException {
        tx.execute(
                "DELETE FROM vendor_token WHERE account_id = ? AND vendor = ?",
                account.value(),
                vendor.wire());
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "vendor_token",
                            "account_id",
                            "account_id, vendor",
                            "vendor, token, created_at, updated_at",
                            "octet_length(token)"));
}
