package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.artifacts.Artifact;
import dev.roosthold.protocol.artifacts.ArtifactSummary;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `artifact`.
final class ArtifactTable {
    /// Artifacts in one list.
    static final int MAX_LISTED = 200;

    private static final String COLUMNS =
            "id, header, header_version, body, body_version, data_encryption_key, seq, created_at,"
                    + " updated_at";

    /// A new row; the versions are 1.
    record Fresh(
            ArtifactKey key, Ciphertext header, Ciphertext body, Ciphertext dataEncryptionKey) {}

    /// The versions that a write is judged by.
    record Versions(int header, int body) {}

    private ArtifactTable() {}

    /// Adds a row; false when the id is taken, in this account or another.
    static boolean insert(Transaction tx, Fresh fresh) throws SQLException {
        return tx.execute(
                        "INSERT INTO artifact ("
                                + COLUMNS
                                + ", account_id) VALUES (?, ?, 1, ?, 1, ?, 0, ?, ?, ?)"
                                + " ON CONFLICT (id) DO NOTHING",
                        fresh.key().id(),
                        fresh.header().bytes(),
                        fresh.body().bytes(),
                        fresh.dataEncryptionKey().bytes(),
                        tx.nowMs(),
                        tx.nowMs(),
                        fresh.key().account().value())
                > 0;
    }

    static Optional<Artifact> find(Sql sql, ArtifactKey key) throws SQLException {
        return sql.first(
                "SELECT " + COLUMNS + " FROM artifact WHERE id = ? AND account_id = ?",
                ArtifactTable::map,
                key.id(),
                key.account().value());
    }

    /// Latest update first.
    static List<ArtifactSummary> list(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT id, header, header_version, data_encryption_key, seq, created_at,"
                        + " updated_at FROM artifact WHERE account_id = ?"
                        + " ORDER BY updated_at DESC, rowid DESC LIMIT ?",
                row ->
                        new ArtifactSummary(
                                row.getString(1),
                                base64(row, 2),
                                row.getInt(3),
                                base64(row, 4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7)),
                account.value(),
                MAX_LISTED);
    }

    static Optional<Versions> versions(Sql sql, ArtifactKey key) throws SQLException {
        return sql.first(
                "SELECT header_version, body_version FROM artifact WHERE id = ? AND account_id = ?",
                row -> new Versions(row.getInt(1), row.getInt(2)),
                key.id(),
                key.account().value());
    }

    /// The header as base64; the row must be there.
    static String header(Sql sql, ArtifactKey key) throws SQLException {
        return present(
                sql.first(
                        "SELECT header FROM artifact WHERE id = ? AND account_id = ?",
                        row -> base64(row, 1),
                        key.id(),
                        key.account().value()));
    }

    /// The body as base64; the row must be there.
    static String body(Sql sql, ArtifactKey key) throws SQLException {
        return present(
                sql.first(
                        "SELECT body FROM artifact WHERE id = ? AND account_id = ?",
                        row -> base64(row, 1),
                        key.id(),
                        key.account().value()));
    }

    /// Writes the parts that are given. One statement for each case, so that a large body is moved
    /// at most once, and not at all when only the header is new.
    static void update(
            Transaction tx, ArtifactKey key, @Nullable Ciphertext header, @Nullable Ciphertext body)
            throws SQLException {
        if (header != null && body != null) {
            tx.execute(
                    "UPDATE artifact SET header = ?, header_version = header_version + 1, body = ?,"
                            + " body_version = body_version + 1, seq = seq + 1, updated_at = ?"
                            + " WHERE id = ? AND account_id = ?",
                    header.bytes(),
                    body.bytes(),
                    tx.nowMs(),
                    key.id(),
                    key.account().value());
        } else if (header != null) {
            tx.execute(
                    "UPDATE artifact SET header = ?, header_version = header_version + 1,"
                            + " seq = seq + 1, updated_at = ? WHERE id = ? AND account_id = ?",
                    header.bytes(),
                    tx.nowMs(),
                    key.id(),
                    key.account().value());
        } else if (body != null) {
            tx.execute(
                    "UPDATE artifact SET body = ?, body_version = body_version + 1,"
                            + " seq = seq + 1, updated_at = ? WHERE id = ? AND account_id = ?",
                    body.bytes(),
                    tx.nowMs(),
                    key.id(),
                    key.account().value());
        }
    }

    static boolean delete(Transaction tx, ArtifactKey key) throws SQLException {
        return tx.execute(
                        "DELETE FROM artifact WHERE id = ? AND account_id = ?",
                        key.id(),
                        key.account().value())
                > 0;
    }

    private static Artifact map(ResultSet row) throws SQLException {
        return new Artifact(
                row.getString(1),
                base64(row, 2),
                row.getInt(3),
                base64(row, 4),
                row.getInt(5),
                base64(row, 6),
                row.getLong(7),
                row.getLong(8),
                row.getLong(9));
    }

    private static String base64(ResultSet row, int column) throws SQLException {
        return Base64Text.encode(row.getBytes(column));
    }

    private static String present(Optional<String> part) {
        return part.orElseThrow(() -> new IllegalStateException("an artifact without a part"));
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "artifact",
                            "account_id",
                            "id",
                            COLUMNS,
                            "octet_length(header) + octet_length(body)"));

    static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute(
                "UPDATE artifact SET header_version = header_version + ?,"
                        + " body_version = body_version + ?, seq = seq + ?",
                by,
                by,
                by);
    }
}
