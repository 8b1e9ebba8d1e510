package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.util.RawValue;

/// The update log: what was told to the sockets of an account, numbered without holes.
///
/// The number is taken in the transaction of the change, so a number that was given out belongs to
/// a durable change, numbers become visible in order, and delivery after the commit follows them.
/// Retention is bounded by count for each account and by age.
public final class Updates {
    private static final int PRUNE_EVERY = 128;
    private static final int PRUNE_BATCH = 1_000;

    /// What is old enough to be dropped concerns no write of its account.
    private static final Lane PRUNING = new Lane("update log pruning");

    private final Router router;
    private final @Nullable Lines lines;
    private final Retention retention;
    private final LongAdder appended = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    /// How much of the log is kept.
    ///
    /// @param perAccount newest updates of one account that are kept
    /// @param age of updates that are dropped
    public record Retention(long perAccount, Duration age) {
        public static final Retention USUAL = new Retention(10_000, Duration.ofDays(7));
    }

    public Updates(Router router, Retention retention) {
        this(router, null, retention);
    }

    /// @param lines put what this node and others commit into one order; null when this relay is
    ///     alone, whose commits are in order by themselves
    public Updates(Router router, @Nullable Lines lines, Retention retention) {
        this.router = router;
        this.lines = lines;
        this.retention = retention;
    }

    /// Appends an update and delivers it after the commit.
    ///
    /// @return its number
    public long append(Transaction tx, AccountId account, Recipients to, UpdateBody body)
            throws SQLException {
        return append(tx, account, to, Optional.empty(), body);
    }

    /// Like [#append(Transaction, AccountId, Recipients, UpdateBody)], leaving out the socket that
    /// caused it.
    ///
    /// @throws IllegalStateException when there is no such account: a mistake of the caller
    public long append(
            Transaction tx,
            AccountId account,
            Recipients to,
            Optional<String> exceptSocket,
            UpdateBody body)
            throws SQLException {
        String json = Codec.printText(body);
        return append(tx, account, to, exceptSocket, null, json, json);
    }

    /// Appends that a message was stored. The log keeps its number in the session instead of the
    /// body, so that a message is on the disk once and is gone when it is deleted.
    ///
    /// @param bodyJson the printed [UpdateBody.NewMessage], delivered now
    /// @return the number of the update
    public long appendMessage(
            Transaction tx,
            AccountId account,
            SessionId session,
            Optional<String> exceptSocket,
            long messageSeq,
            String bodyJson)
            throws SQLException {
        var to = new Recipients.Session(session);
        return append(tx, account, to, exceptSocket, messageSeq, null, bodyJson);
    }

    /// Appends an update for user-scoped sockets that are there now. It takes a number like every
    /// other, but the log keeps nothing of it: for what must not be remembered.
    public long appendUnlogged(Transaction tx, AccountId account, UpdateBody body)
            throws SQLException {
        String json = Codec.printText(body);
        return append(tx, account, new Recipients.Users(), Optional.empty(), null, null, json);
    }

    /// Empties the updates of an account to its people that contain the text. They keep their
    /// numbers, as the log has no holes.
    public static void forget(Transaction tx, AccountId account, String text) throws SQLException {
        tx.execute(
                "UPDATE update_log SET body = NULL"
                        + " WHERE account_id = ? AND recipients = 'u' AND instr(body, ?) > 0",
                account.value(),
                text);
    }

    /// Begins the logs of all accounts anew behind a distance that no account can have gone since
    /// a backup: a number that a client holds is then either from before, and its place is a gap,
    /// or it will never be given out a second time.
    public static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute(
                "UPDATE account SET update_seq = ? + coalesce("
                        + "(SELECT max(seq) FROM update_log WHERE account_id = account.id), update_seq)",
                by);
        tx.execute("DELETE FROM update_log");
    }

    /// What the log holds of an account. It repeats what stands elsewhere, so nobody gets it.
    public static List<OwnedRows> ofAccount() {
        return List.of(
                OwnedRows.of(
                        "update_log",
                        "account_id",
                        "account_id, seq",
                        "",
                        "coalesce(octet_length(body), 0)"));
    }

    private long append(
            Transaction tx,
            AccountId account,
            Recipients to,
            Optional<String> exceptSocket,
            @Nullable Long messageSeq,
            @Nullable String stored,
            String delivered)
            throws SQLException {
        long now = tx.nowMs();
        long seq =
                tx.first(
                                """
                                INSERT INTO update_log (account_id, seq, recipients, recipient_id,
                                    except_socket, message_seq, body, created_at)
                                  SELECT id, 1 + coalesce(
                                      (SELECT max(seq) FROM update_log WHERE account_id = account.id),
                                      update_seq), ?, ?, ?, ?, ?, ?
                                  FROM account WHERE id = ?
                                RETURNING seq""",
                                row -> row.getLong(1),
                                kind(to),
                                id(to),
                                exceptSocket.orElse(null),
                                messageSeq,
                                stored,
                                now,
                                account.value())
                        .orElseThrow(() -> new IllegalStateException("no account " + account));
        if (seq % PRUNE_EVERY == 0) {
            int old =
                    tx.execute(
                            "DELETE FROM update_log WHERE account_id = ? AND seq <= ?",
                            account.value(),
                            seq - retention.perAccount());
            tx.afterCommit(() -> dropped.add(old));
        }
        RawValue update = container(account, seq, delivered, now);
        if (lines != null) {
            lines.prepare(tx, account, seq);
        }
        tx.afterCommit(
                () -> {
                    appended.increment();
                    if (lines == null) {
                        router.deliver(account, to, exceptSocket, seq, update);
                    } else {
                        lines.committed(account, to, exceptSocket, seq, update);
                    }
                });
        return seq;
    }

    /// Sends one socket the present state of something, with the present number of the account; no
    /// number is taken and nothing is stored. Delivered in commit order, so that no older state can
    /// follow a newer one.
    public void sendState(Transaction tx, AccountId account, String socketId, UpdateBody body)
            throws SQLException {
        long last = lastSeq(tx, account);
        RawValue update = container(account, last, Codec.printText(body), tx.nowMs());
        if (lines != null) {
            lines.catchUp(tx, account, last);
        }
        tx.afterCommit(() -> router.deliverTo(socketId, update));
    }

    /// The number of the latest update; 0 before the first.
    public static long lastSeq(Sql sql, AccountId account) throws SQLException {
        return sql.first(
                        """
                        SELECT coalesce((SELECT max(seq) FROM update_log WHERE account_id = account.id),
                          update_seq) FROM account WHERE id = ?""",
                        row -> row.getLong(1),
                        account.value())
                .orElse(0L);
    }

    /// Updates appended and committed since the start.
    public long appended() {
        return appended.sum();
    }

    /// Updates dropped since the start because they were too many or too old.
    public long dropped() {
        return dropped.sum();
    }

    /// Drops updates that are too old, a bounded number at a time; call it now and then. The latest
    /// update of an account stays, because its number is the account's.
    public void prune(Store store) {
        var _ =
                store.write(
                        PRUNING,
                        tx -> {
                            int old =
                                    tx.execute(
                                            """
                                DELETE FROM update_log WHERE (account_id, seq) IN (
                                  SELECT account_id, seq FROM update_log AS old
                                  WHERE created_at < ? AND seq < (SELECT max(seq) FROM update_log
                                    WHERE account_id = old.account_id)
                                  ORDER BY created_at LIMIT ?)""",
                                            tx.nowMs() - retention.age().toMillis(),
                                            PRUNE_BATCH);
                            tx.afterCommit(() -> dropped.add(old));
                            return old;
                        });
    }

    /// The body was printed once and is taken as it is. The same update has the same id whenever it
    /// is sent.
    static RawValue container(AccountId account, long seq, String body, long createdAtMs) {
        return new RawValue(
                "{\"id\":\""
                        + UpdateIds.of(account, seq)
                        + "\",\"seq\":"
                        + seq
                        + ",\"body\":"
                        + body
                        + ",\"createdAt\":"
                        + createdAtMs
                        + "}");
    }

    static String kind(Recipients to) {
        return switch (to) {
            case Recipients.Users _ -> "u";
            case Recipients.Machine _ -> "m";
            case Recipients.Session _ -> "s";
        };
    }

    static @Nullable String id(Recipients to) {
        return switch (to) {
            case Recipients.Users _ -> null;
            case Recipients.Machine(var machine) -> machine.value();
            case Recipients.Session(var session) -> session.value();
        };
    }

    /// What [#kind] and [#id] were made from.
    static Recipients recipients(String kind, String id) {
        return switch (kind) {
            case "u" -> new Recipients.Users();
            case "m" -> new Recipients.Machine(new MachineId(id));
            case "s" -> new Recipients.Session(new SessionId(id));
            default -> throw new IllegalStateException("no recipients " + kind);
        };
    }

    /// When the newest update of all was appended, Unix milliseconds; 0 when there is none.
    public static long newestMs(Sql sql) throws SQLException {
        return sql.first(
                        "SELECT coalesce(max(created_at), 0) FROM update_log",
                        row -> row.getLong(1))
                .orElse(0L);
    }
}
