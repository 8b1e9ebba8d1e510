package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.util.RawValue;

/// Reads what was told to an account, exactly as it was told. Thread-safe.
///
/// The log of an account has no holes, so whether something was dropped is seen from the numbers
/// alone, whichever rule has dropped it.
public final class UpdateLog {
    private final MessageBodies messages;

    public UpdateLog(MessageBodies messages) {
        this.messages = messages;
    }

    /// Which updates are wanted.
    @FunctionalInterface
    public interface Filter {
        boolean admits(Recipients to, Optional<String> exceptSocket) throws SQLException;
    }

    /// How much is read at once.
    ///
    /// @param entries that are given back
    /// @param characters of their bodies; one entry is given back whatever its size
    /// @param rows that are looked at
    public record Bounds(int entries, long characters, int rows) {}

    /// One update.
    ///
    /// @param update the argument of the event, with the id it had when it was sent first
    /// @param size of its body in characters
    public record Entry(long seq, RawValue update, int size) {}

    /// One number of an account's log and what stands under it.
    ///
    /// @param update empty when nothing is kept under the number
    record Numbered(
            long seq, Recipients to, Optional<String> exceptSocket, Optional<RawValue> update) {}

    /// The next numbers of an account behind one, rising, whoever they are for.
    ///
    /// @param rows at most so many
    /// @param characters of their bodies, after which no further one is taken
    List<Numbered> next(Sql sql, AccountId account, long after, int rows, long characters)
            throws SQLException {
        var found = new ArrayList<Numbered>();
        long[] taken = {0};
        sql.each(
                "SELECT seq, recipients, recipient_id, except_socket, body, message_seq, created_at"
                        + " FROM update_log WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                row -> {
                    Recipients to = Updates.recipients(row.getString(2), row.getString(3));
                    long seq = row.getLong(1);
                    long createdAt = row.getLong(7);
                    Optional<String> body = Optional.ofNullable(row.getString(5));
                    if (body.isEmpty() && to instanceof Recipients.Session(var session)) {
                        body = messages.newMessageJson(sql, session, row.getLong(6));
                    }
                    taken[0] += body.map(String::length).orElse(0);
                    found.add(
                            new Numbered(
                                    seq,
                                    to,
                                    Optional.ofNullable(row.getString(4)),
                                    body.map(
                                            text ->
                                                    Updates.container(
                                                            account, seq, text, createdAt))));
                    return taken[0] < characters;
                },
                account.value(),
                after,
                rows);
        return found;
    }

    /// What was found behind a number.
    public sealed interface Part {

        /// Something behind the number was dropped, or the number was never given.
        record Gap() implements Part {}

        /// Everything that is wanted up to a number.
        ///
        /// @param reached the number to go on from
        /// @param complete whether nothing that is wanted follows
        record Entries(List<Entry> entries, long reached, boolean complete) implements Part {}
    }

    /// Reads on behind a number. Messages of deleted sessions are left out: the log tells later
    /// that the session is gone.
    public Part read(Sql sql, AccountId account, long after, Filter filter, Bounds bounds)
            throws SQLException {
        long last = Updates.lastSeq(sql, account);
        if (after < 0 || after > last) {
            return new Part.Gap();
        }
        var scan = new Scan(sql, account, after, filter, bounds);
        // Without the bodies: a row that is not wanted costs nothing however large it is.
        sql.each(
                "SELECT seq, recipients, recipient_id, except_socket"
                        + " FROM update_log WHERE account_id = ? AND seq > ? ORDER BY seq",
                scan::visit,
                account.value(),
                after);
        boolean ended = !scan.stopped;
        return scan.hole || (ended && scan.reached < last)
                ? new Part.Gap()
                : new Part.Entries(scan.entries, scan.reached, ended);
    }

    /// One pass over the log. One thread.
    private final class Scan {
        private final Sql sql;
        private final AccountId account;
        private final Filter filter;
        private final Bounds bounds;
        private final List<Entry> entries = new ArrayList<>();
        private long reached;
        private long characters;
        private int rows;
        private boolean hole;
        private boolean stopped;

        Scan(Sql sql, AccountId account, long after, Filter filter, Bounds bounds) {
            this.sql = sql;
            this.account = account;
            this.reached = after;
            this.filter = filter;
            this.bounds = bounds;
        }

        boolean visit(ResultSet row) throws SQLException {
            long seq = row.getLong(1);
            hole = seq != reached + 1;
            stopped = hole || ++rows > bounds.rows() || !take(seq, row);
            if (!stopped) {
                reached = seq;
            }
            return !stopped;
        }

        /// False when the row is wanted and there is no room for it.
        private boolean take(long seq, ResultSet row) throws SQLException {
            Recipients to = Updates.recipients(row.getString(2), row.getString(3));
            if (!filter.admits(to, Optional.ofNullable(row.getString(4)))) {
                return true;
            }
            Optional<Entry> found = entry(seq, to);
            if (found.isEmpty()) {
                return true;
            }
            Entry entry = found.get();
            boolean full = entries.size() >= bounds.entries();
            if (full || (!entries.isEmpty() && characters + entry.size() > bounds.characters())) {
                return false;
            }
            characters += entry.size();
            entries.add(entry);
            return true;
        }

        /// Empty when it told of a message that is gone.
        private Optional<Entry> entry(long seq, Recipients to) throws SQLException {
            return sql.first(
                            "SELECT body, message_seq, created_at FROM update_log"
                                    + " WHERE account_id = ? AND seq = ?",
                            row -> {
                                Optional<String> body = body(to, row.getString(1), row.getLong(2));
                                long createdAt = row.getLong(3);
                                return body.map(text -> entry(seq, text, createdAt));
                            },
                            account.value(),
                            seq)
                    .flatMap(entry -> entry);
        }

        private Optional<String> body(Recipients to, @Nullable String stored, long messageSeq)
                throws SQLException {
            return stored == null && to instanceof Recipients.Session(var session)
                    ? messages.newMessageJson(sql, session, messageSeq)
                    : Optional.ofNullable(stored);
        }

        private Entry entry(long seq, String body, long createdAt) {
            return new Entry(seq, Updates.container(account, seq, body, createdAt), body.length());
        }
    }
}
