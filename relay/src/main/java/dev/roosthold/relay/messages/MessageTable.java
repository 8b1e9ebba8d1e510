package dev.roosthold.relay.messages;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.Message;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every statement about the table `message`.
final class MessageTable {
    private static final String COLUMNS = "id, seq, content, local_id, created_at, updated_at";

    private MessageTable() {}

    static Optional<Receipt> findByLocalId(Sql sql, SessionId session, String localId)
            throws SQLException {
        return sql.first(
                "SELECT id, seq, local_id, created_at, updated_at FROM message"
                        + " WHERE session_id = ? AND local_id = ?",
                row ->
                        new Receipt(
                                row.getString(1),
                                row.getLong(2),
                                row.getString(3),
                                row.getLong(4),
                                row.getLong(5)),
                session.value(),
                localId);
    }

    static Receipt insert(Transaction tx, SessionId session, long seq, Draft draft)
            throws SQLException {
        tx.execute(
                "INSERT INTO message (session_id, seq, id, local_id, created_at, updated_at, content)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                session.value(),
                seq,
                draft.id(),
                draft.localId(),
                tx.nowMs(),
                tx.nowMs(),
                draft.content());
        return new Receipt(draft.id(), seq, draft.localId(), tx.nowMs(), tx.nowMs());
    }

    static Optional<Message> find(Sql sql, SessionId session, long seq) throws SQLException {
        return sql.first(
                "SELECT " + COLUMNS + " FROM message WHERE session_id = ? AND seq = ?",
                MessageTable::map,
                session.value(),
                seq);
    }

    /// Messages with a higher number, in rising order.
    static Page after(Sql sql, SessionId session, long seq, int limit, long maxChars)
            throws SQLException {
        var page = new Collected(limit, maxChars);
        sql.each(
                "SELECT "
                        + COLUMNS
                        + " FROM message WHERE session_id = ? AND seq > ?"
                        + " ORDER BY seq LIMIT ?",
                page::add,
                session.value(),
                seq,
                limit + 1);
        return page.done();
    }

    /// Messages with a lower number, in falling order.
    static Page before(Sql sql, SessionId session, long seq, int limit, long maxChars)
            throws SQLException {
        var page = new Collected(limit, maxChars);
        sql.each(
                "SELECT "
                        + COLUMNS
                        + " FROM message WHERE session_id = ? AND seq < ?"
                        + " ORDER BY seq DESC LIMIT ?",
                page::add,
                session.value(),
                seq,
                limit + 1);
        return page.done();
    }

    /// Deletes messages of a session, a bounded number; how many were deleted.
    static int deleteSome(Transaction tx, SessionId session, int limit) throws SQLException {
        return tx.execute(
                "DELETE FROM message WHERE (session_id, seq) IN"
                        + " (SELECT session_id, seq FROM message WHERE session_id = ? LIMIT ?)",
                session.value(),
                limit);
    }

    private static Message map(ResultSet row) throws SQLException {
        return new Message(
                row.getString(1),
                row.getLong(2),
                Message.Content.encrypted(row.getString(3)),
                row.getString(4),
                row.getLong(5),
                row.getLong(6));
    }

    /// Takes rows until the page is full, by count or by size; one message always fits.
    private static final class Collected {
        private final ArrayList<Message> messages = new ArrayList<>();
        private final int limit;
        private long charsLeft;
        private boolean more;

        Collected(int limit, long maxChars) {
            this.limit = limit;
            this.charsLeft = maxChars;
        }

        boolean add(ResultSet row) throws SQLException {
            if (messages.size() == limit || charsLeft <= 0) {
                more = true;
                return false;
            }
            Message message = map(row);
            charsLeft -= message.content().c().length();
            messages.add(message);
            return true;
        }

        Page done() {
            return new Page(messages, more);
        }
    }

    private static final String OF_SESSIONS =
            " FROM session JOIN message ON message.session_id = session.id"
                    + " WHERE session.account_id = ?";

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    new OwnedRows(
                            "message",
                            Optional.of(
                                    "SELECT message.session_id, message.seq, message.id, local_id,"
                                            + " content, message.created_at, message.updated_at"
                                            + OF_SESSIONS
                                            + " ORDER BY message.session_id, message.seq"),
                            "SELECT count(*), coalesce(sum(octet_length(message.content)), 0)"
                                    + OF_SESSIONS,
                            "DELETE FROM message WHERE (session_id, seq) IN"
                                    + " (SELECT message.session_id, message.seq"
                                    + OF_SESSIONS
                                    + " LIMIT ?)"));
}
