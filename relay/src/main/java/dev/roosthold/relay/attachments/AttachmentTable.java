package dev.roosthold.relay.attachments;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Every statement about the table `attachment`.
final class AttachmentTable {

    /// Least that a file counts, about what it takes on a disk: bounds the number of files too.
    static final long LEAST_COUNTED = 4_096;

    private AttachmentTable() {}

    /// Bytes that count towards the quota of the account, announced ones included.
    static long counted(Sql sql, AccountId account) throws SQLException {
        return sql.first(
                        "SELECT coalesce(sum(CASE WHEN size < ?1 THEN ?1 ELSE size END), 0)"
                                + " FROM attachment WHERE account_id = ?2",
                        row -> row.getLong(1),
                        LEAST_COUNTED,
                        account.value())
                .orElse(0L);
    }

    static void insert(Transaction tx, String file, AccountId account, SessionId session, long size)
            throws SQLException {
        tx.execute(
                "INSERT INTO attachment (file, account_id, session_id, size, created_at)"
                        + " VALUES (?, ?, ?, ?, ?)",
                file,
                account.value(),
                session.value(),
                size,
                tx.nowMs());
    }

    static Optional<StoredAttachment> find(Sql sql, SessionId session, String file)
            throws SQLException {
        return sql.first(
                "SELECT size, uploaded_at IS NOT NULL FROM attachment"
                        + " WHERE file = ? AND session_id = ?",
                row -> new StoredAttachment(file, row.getLong(1), row.getBoolean(2)),
                file,
                session.value());
    }

    static boolean exists(Sql sql, String file) throws SQLException {
        return sql.first("SELECT 1 FROM attachment WHERE file = ?", _ -> true, file).isPresent();
    }

    /// @return whether the row was there and waiting
    static boolean markUploaded(Transaction tx, String file) throws SQLException {
        return tx.execute(
                        "UPDATE attachment SET uploaded_at = ?"
                                + " WHERE file = ? AND uploaded_at IS NULL",
                        tx.nowMs(),
                        file)
                == 1;
    }

    /// Files that were announced before the time and never came, the oldest first.
    static List<String> abandoned(Sql sql, long beforeMs, int limit) throws SQLException {
        return sql.list(
                "SELECT file FROM attachment WHERE uploaded_at IS NULL AND created_at < ?"
                        + " ORDER BY created_at LIMIT ?",
                row -> row.getString(1),
                beforeMs,
                limit);
    }

    static void deleteWaiting(Transaction tx, String file) throws SQLException {
        tx.execute("DELETE FROM attachment WHERE file = ? AND uploaded_at IS NULL", file);
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "attachment",
                            "account_id",
                            "file",
                            "file, session_id, size, created_at, uploaded_at",
                            "size"));

    /// Files whose upload was acknowledged.
    static List<String> uploaded(Sql sql) throws SQLException {
        return sql.list(
                "SELECT file FROM attachment WHERE uploaded_at IS NOT NULL ORDER BY file",
                row -> row.getString(1));
    }

    static void delete(Transaction tx, String file) throws SQLException {
        tx.execute("DELETE FROM attachment WHERE file = ?", file);
    }

    /// Files of one account whose upload was acknowledged.
    static List<String> uploaded(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT file FROM attachment WHERE uploaded_at IS NOT NULL AND account_id = ?"
                        + " ORDER BY file",
                row -> row.getString(1),
                account.value());
    }
}
