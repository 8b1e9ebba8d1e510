package dev.roosthold.relay.imports;

import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Messages, session by session.
///
/// A message keeps its number when it is higher than the one before it and free; otherwise it gets
/// the next one. The order of the source, with what is there already in its place, gives every run
/// the same numbers. A message is known by its id, and by its local id when a client has sent it to
/// both servers.
final class MessageRows {
    private final AccountRows accounts;
    private final SessionRows sessions;

    /// The session whose messages are coming.
    private @Nullable Current current;

    /// What is known of it.
    private static final class Current {
        final String session;
        final @Nullable String account;

        /// Whether the relay had messages of it before the first one came.
        final boolean known;

        /// The highest number in the relay.
        long highest;

        /// The number of the message that came before.
        long previous;

        /// Its id.
        @Nullable String previousId;

        /// Whether [#highest] is not in the row yet.
        boolean unsaved;

        /// Numbers by id of what the relay had; read when it is needed first, since mostly a look
        /// at the right number is enough.
        @Nullable Map<String, Long> numbers;

        Current(String session, @Nullable String account, boolean known, long highest) {
            this.session = session;
            this.account = account;
            this.known = known;
            this.highest = highest;
        }
    }

    /// The message that has a number.
    ///
    /// @param same whether its content is that of the message that is compared with it
    private record Holder(String id, boolean same) {}

    MessageRows(AccountRows accounts, SessionRows sessions) {
        this.accounts = accounts;
        this.sessions = sessions;
    }

    Outcome write(Transaction tx, Entry.Message message) throws SQLException {
        Current now = current;
        if (now == null || !now.session.equals(message.session())) {
            saveLast(tx);
            now = open(tx, message.session());
            current = now;
        }
        if (now.account == null) {
            return Outcome.problem(Finding.NO_SESSION);
        }
        if (message.id().equals(now.previousId)) {
            return Outcome.PRESENT;
        }
        now.previousId = message.id();
        long number = Math.max(now.previous + 1, message.seq());
        if (now.known) {
            Optional<Holder> holder = holder(tx, message, number);
            if (holder.isPresent() && holder.get().id().equals(message.id())) {
                now.previous = number;
                return Outcome.found(holder.get().same());
            }
            Long elsewhere = numbers(tx, now).get(message.id());
            if (elsewhere != null) {
                now.previous = Math.max(now.previous, elsewhere);
                return Outcome.found(
                        holder(tx, message, elsewhere).map(Holder::same).orElse(false));
            }
            if (message.localId() != null && isSent(tx, now.session, message.localId())) {
                return Outcome.present(Finding.SENT_TWICE);
            }
            if (holder.isPresent()) {
                number = Math.max(now.highest, now.previous) + 1;
            }
        }
        if (!insert(tx, message, number)) {
            return Outcome.present(Finding.SENT_TWICE);
        }
        accounts.touch(tx, now.account);
        now.previous = number;
        if (number > now.highest) {
            now.highest = number;
            now.unsaved = true;
        }
        return number == message.seq() ? Outcome.IMPORTED : Outcome.imported(Finding.RENUMBERED);
    }

    /// Brings the session's own number up to its messages. At the end of each batch.
    void saveLast(Transaction tx) throws SQLException {
        if (current != null && current.unsaved) {
            tx.execute(
                    "UPDATE session SET message_seq = ?1 WHERE id = ?2 AND message_seq < ?1",
                    current.highest,
                    current.session);
            current.unsaved = false;
        }
    }

    private Current open(Transaction tx, String session) throws SQLException {
        String account = sessions.owner(tx, session);
        long highest =
                account == null
                        ? 0
                        : tx.first(
                                        "SELECT coalesce(max(seq), 0) FROM message"
                                                + " WHERE session_id = ?",
                                        row -> row.getLong(1),
                                        session)
                                .orElse(0L);
        return new Current(session, account, highest > 0, highest);
    }

    private static Map<String, Long> numbers(Transaction tx, Current session) throws SQLException {
        Map<String, Long> numbers = session.numbers;
        if (numbers == null) {
            var read = new HashMap<String, Long>();
            tx.each(
                    "SELECT id, seq FROM message WHERE session_id = ?",
                    row -> {
                        read.put(row.getString(1), row.getLong(2));
                        return true;
                    },
                    session.session);
            session.numbers = read;
            numbers = read;
        }
        return numbers;
    }

    private static Optional<Holder> holder(Transaction tx, Entry.Message message, long number)
            throws SQLException {
        return tx.first(
                "SELECT id, content = ? AND local_id IS NOT DISTINCT FROM ? FROM message"
                        + " WHERE session_id = ? AND seq = ?",
                row -> new Holder(row.getString(1), row.getBoolean(2)),
                message.content(),
                message.localId(),
                message.session(),
                number);
    }

    private static boolean isSent(Transaction tx, String session, String localId)
            throws SQLException {
        return tx.first(
                        "SELECT 1 FROM message WHERE session_id = ? AND local_id = ?",
                        _ -> true,
                        session,
                        localId)
                .isPresent();
    }

    /// False when the session has a message with the local id.
    private static boolean insert(Transaction tx, Entry.Message message, long number)
            throws SQLException {
        return tx.execute(
                        "INSERT INTO message (session_id, seq, id, local_id, created_at,"
                                + " updated_at, content) VALUES (?, ?, ?, ?, ?, ?, ?)"
                                + " ON CONFLICT (session_id, local_id) WHERE local_id IS NOT NULL"
                                + " DO NOTHING",
                        message.session(),
                        number,
                        message.id(),
                        message.localId(),
                        message.createdAt(),
                        message.updatedAt(),
                        message.content())
                > 0;
    }
}
