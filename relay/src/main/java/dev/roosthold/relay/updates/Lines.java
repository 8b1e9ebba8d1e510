package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.cluster.Message;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreException;
import dev.roosthold.relay.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.util.RawValue;

/// Updates of several nodes in the order of their numbers. Thread-safe.
///
/// For each account with a socket here there is a line: the number that was delivered last. The
/// next number is delivered when it comes, a number that was delivered is dropped, and a later one
/// waits until the numbers before it were read from the log. So it does not matter whether another
/// node's update comes at once, late, twice or never: every socket gets each update once, in order.
///
/// Numbers come from three sides: this node's own commits; what other nodes tell; and, for what was
/// told and did not arrive, a look at the log every [#QUICK], where all that is new shows.
public final class Lines {
    private static final Logger LOG = LoggerFactory.getLogger(Lines.class);

    private static final String UPDATE = "update";

    /// How often [#check] is to be called.
    public static final Duration QUICK = Duration.ofSeconds(1);

    /// How far back a quick look goes: longer than clocks of nodes differ and a write takes.
    private static final Duration LOOK_BACK = Duration.ofSeconds(15);

    /// Every so many looks one goes through all accounts, whatever the clocks say.
    private static final int THOROUGH = 30;

    /// A line without a socket ends after this.
    private static final long UNUSED_NANOS = Duration.ofMinutes(1).toNanos();

    /// How long a number waits for the ones before it, which are usually on their way.
    private static final Duration PATIENCE = Duration.ofMillis(3);

    private static final int MAX_EARLY = 256;
    private static final int PAGE = 200;
    private static final long PAGE_CHARACTERS = 4L << 20;

    /// Accounts asked for by one statement.
    private static final int ASKED = 100;

    private static final String LAST_OF_SOME =
            "SELECT id, coalesce((SELECT max(seq) FROM update_log WHERE account_id = account.id),"
                    + " update_seq) FROM account WHERE id IN (?"
                    + ", ?".repeat(ASKED - 1)
                    + ")";

    private final Store store;
    private final UpdateLog log;
    private final Router router;
    private final Channels channels;
    private final Predicate<AccountId> hasSockets;
    private final Executor blocking;
    private final InstantSource clock;
    private final ConcurrentHashMap<AccountId, Line> lines = new ConcurrentHashMap<>();
    private final AtomicBoolean checking = new AtomicBoolean();
    private final LongAdder told = new LongAdder();
    private final LongAdder heard = new LongAdder();
    private final LongAdder found = new LongAdder();
    private volatile boolean thorough;
    private int looks;

    /// @param hasSockets whether a socket of the account is connected here
    /// @param blocking runs what waits for the store
    public Lines(
            Store store,
            UpdateLog log,
            Router router,
            Channels channels,
            Predicate<AccountId> hasSockets,
            Executor blocking,
            InstantSource clock) {
        this.store = store;
        this.log = log;
        this.router = router;
        this.channels = channels;
        this.hasSockets = hasSockets;
        this.blocking = blocking;
        this.clock = clock;
        channels.on(UPDATE, this::told);
        channels.bus().onReturn(this::checkAll);
    }

    /// The line of one account. Its lock is held while something is handed to the sockets, which
    /// keeps the order; never while the store is asked.
    private final class Line {
        final AccountId account;

        /// Held while the line begins.
        final Object beginning = new Object();

        private final TreeMap<Long, UpdateLog.Numbered> early = new TreeMap<>();
        private long delivered;
        private boolean begun;
        volatile long usedAtNanos;

        /// Whether a look at the log is under way.
        final AtomicBoolean reading = new AtomicBoolean();

        /// The number up to which writes of this node have seen to it that nothing is missing, if
        /// they are committed. Known to the writes of the account, which are in order.
        long prepared;

        Line(AccountId account) {
            this.account = account;
        }

        synchronized boolean hasBegun() {
            return begun;
        }

        synchronized long delivered() {
            return delivered;
        }

        synchronized void begin(long last) {
            begun = true;
            delivered = last;
            early.headMap(last, true).clear();
            goOn();
        }

        /// @return whether something before it is missing
        synchronized boolean offer(UpdateLog.Numbered update) {
            if (begun && update.seq() <= delivered) {
                return false;
            }
            if (begun && update.seq() == delivered + 1) {
                deliver(update);
                goOn();
                return !early.isEmpty();
            }
            if (early.size() < MAX_EARLY) {
                early.put(update.seq(), update);
            }
            return begun;
        }

        synchronized boolean lacks(long seq) {
            return begun && delivered < seq;
        }

        synchronized boolean isStuck() {
            return !early.isEmpty();
        }

        /// What the log has behind the number that was delivered last when it was read.
        synchronized void read(List<UpdateLog.Numbered> updates) {
            for (UpdateLog.Numbered update : updates) {
                if (update.seq() > delivered) {
                    if (update.seq() != delivered + 1) {
                        LOG.warn("updates of an account were dropped before this node sent them");
                        router.closeUsers(account);
                        early.headMap(update.seq()).clear();
                    }
                    // What was told may have more than the log keeps.
                    UpdateLog.Numbered heardOf = early.remove(update.seq());
                    if (heardOf == null) {
                        found.increment();
                    }
                    deliver(heardOf == null ? update : heardOf);
                }
            }
            early.headMap(delivered, true).clear();
            goOn();
        }

        private void goOn() {
            while (!early.isEmpty() && early.firstKey() == delivered + 1) {
                deliver(early.pollFirstEntry().getValue());
            }
        }

        private void deliver(UpdateLog.Numbered update) {
            delivered = update.seq();
            update.update()
                    .ifPresent(
                            body ->
                                    router.deliver(
                                            account,
                                            update.to(),
                                            update.exceptSocket(),
                                            update.seq(),
                                            body));
        }
    }

    /// Updates of this node that the others were told of, since the start.
    public long told() {
        return told.sum();
    }

    /// Updates that other nodes have told of, since the start.
    public long heard() {
        return heard.sum();
    }

    /// Updates that were found in the log, not having been heard, since the start. Those that a
    /// write of this node reads before its own are not counted.
    public long found() {
        return found.sum();
    }

    /// Begins the line of an account, unless it has one, and returns the number of its latest
    /// update. What is committed later reaches the sockets that are in their rooms by then. Blocks.
    public long follow(AccountId account) {
        Line line =
                lines.compute(
                        account,
                        (_, found) -> {
                            Line one = found == null ? new Line(account) : found;
                            one.usedAtNanos = System.nanoTime();
                            return one;
                        });
        if (line.hasBegun()) {
            return store.readNow(sql -> Updates.lastSeq(sql, account));
        }
        synchronized (line.beginning) {
            if (!line.hasBegun()) {
                // In this order: what is committed after the number was read is told.
                channels.follow(account);
                line.begin(store.readNow(sql -> Updates.lastSeq(sql, account)));
            }
            return line.delivered();
        }
    }

    /// From when this returns, the numbers up to that one were handed to the sockets. Blocks.
    public void reach(AccountId account, long seq) {
        Line line = lines.get(account);
        while (line != null && line.lacks(seq)) {
            read(line);
        }
    }

    /// Reads, inside a write of this node that has taken a number, what other nodes have numbered
    /// before it and is not here yet: so the write's own update can follow at once, before the
    /// write is acknowledged.
    void prepare(Transaction tx, AccountId account, long seq) throws SQLException {
        Line line = lines.get(account);
        if (line != null && line.hasBegun()) {
            readBefore(tx, line, seq);
            line.prepared = seq;
        }
    }

    /// Like [#prepare] for a write that takes no number: what is told after it is newer than all
    /// updates up to that number.
    void catchUp(Transaction tx, AccountId account, long seq) throws SQLException {
        Line line = lines.get(account);
        if (line != null && line.hasBegun()) {
            readBefore(tx, line, seq + 1);
        }
    }

    private void readBefore(Transaction tx, Line line, long seq) throws SQLException {
        // A number that is not higher was prepared by a write that was undone.
        long from = Math.max(line.delivered(), line.prepared < seq ? line.prepared : 0);
        long missing = seq - 1 - from;
        if (missing > 0 && missing <= PAGE) {
            List<UpdateLog.Numbered> before =
                    log.next(tx, line.account, from, (int) missing, Long.MAX_VALUE);
            tx.afterCommit(() -> before.forEach(line::offer));
        }
    }

    /// An update of this node is durable. In the order of the writes of the account.
    void committed(
            AccountId account,
            Recipients to,
            Optional<String> exceptSocket,
            long seq,
            RawValue update) {
        Line line = lines.get(account);
        if (line != null
                && line.offer(new UpdateLog.Numbered(seq, to, exceptSocket, Optional.of(update)))) {
            readSoon(line);
        }
        byte[] body = String.valueOf(update.rawValue()).getBytes(StandardCharsets.UTF_8);
        String id = Updates.id(to);
        var parts =
                List.of(
                        UPDATE,
                        String.valueOf(seq),
                        Updates.kind(to),
                        id == null ? "" : id,
                        exceptSocket.orElse(""));
        // A large one is read from the log by those who need it.
        told.increment();
        channels.tell(account, parts, body.length <= channels.bus().maxBody() ? body : NOTHING);
    }

    private static final byte[] NOTHING = {};

    /// What [#committed] of another node told.
    private void told(AccountId account, Message message) {
        Line line = lines.get(account);
        if (line == null) {
            return;
        }
        long seq = message.number(1);
        heard.increment();
        if (message.body().length == 0) {
            if (line.lacks(seq)) {
                readSoon(line);
            }
            return;
        }
        String except = message.part(4);
        var update =
                new UpdateLog.Numbered(
                        seq,
                        Updates.recipients(message.part(2), message.part(3)),
                        except.isEmpty() ? Optional.empty() : Optional.of(except),
                        Optional.of(new RawValue(message.text())));
        if (line.offer(update)) {
            readSoon(line);
        }
    }

    private void readSoon(Line line) {
        if (line.reading.compareAndSet(false, true)) {
            blocking.execute(
                    () -> {
                        try {
                            Thread.sleep(PATIENCE);
                            read(line);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        } catch (StoreException e) {
                            LOG.debug("the log was not read, will be repeated", e);
                        } finally {
                            line.reading.set(false);
                        }
                        // What came after the last look and before it was over.
                        if (line.isStuck() && store.readNow(sql -> isBehind(sql, line))) {
                            readSoon(line);
                        }
                    });
        }
    }

    private static boolean isBehind(Sql sql, Line line) throws SQLException {
        return Updates.lastSeq(sql, line.account) > line.delivered();
    }

    /// Delivers what the log has and the line has not.
    private void read(Line line) {
        int found = PAGE;
        while (found > 0) {
            long after = line.delivered();
            List<UpdateLog.Numbered> next =
                    store.readNow(sql -> log.next(sql, line.account, after, PAGE, PAGE_CHARACTERS));
            line.read(next);
            found = next.size();
        }
    }

    /// Looks for what was not told, and ends lines that nobody needs; on a thread of the executor.
    public void check() {
        if (checking.compareAndSet(false, true)) {
            blocking.execute(
                    () -> {
                        try {
                            look();
                        } catch (StoreException e) {
                            thorough = true;
                            LOG.debug("the log was not looked at, will be repeated", e);
                        } finally {
                            checking.set(false);
                        }
                    });
        }
    }

    /// Something may have been lost.
    private void checkAll() {
        thorough = true;
        check();
    }

    private void look() {
        endUnused();
        if (thorough || ++looks % THOROUGH == 0) {
            thorough = false;
            lookAtAll();
        } else if (!lines.isEmpty()) {
            long since = clock.millis() - LOOK_BACK.toMillis();
            lookAt(
                    store.readNow(
                            sql -> {
                                var last = new HashMap<AccountId, Long>();
                                sql.each(
                                        "SELECT account_id, max(seq) FROM update_log"
                                                + " WHERE created_at > ? GROUP BY account_id",
                                        row -> {
                                            last.put(
                                                    new AccountId(row.getString(1)),
                                                    row.getLong(2));
                                            return true;
                                        },
                                        since);
                                return last;
                            }));
        }
    }

    private void lookAtAll() {
        List<AccountId> all = List.copyOf(lines.keySet());
        for (int from = 0; from < all.size(); from += ASKED) {
            List<AccountId> some = all.subList(from, Math.min(from + ASKED, all.size()));
            var ids = new ArrayList<@Nullable Object>(ASKED);
            some.forEach(account -> ids.add(account.value()));
            while (ids.size() < ASKED) {
                ids.add("");
            }
            lookAt(
                    store.readNow(
                            sql -> {
                                var last = new HashMap<AccountId, Long>();
                                sql.each(
                                        LAST_OF_SOME,
                                        row -> {
                                            last.put(
                                                    new AccountId(row.getString(1)),
                                                    row.getLong(2));
                                            return true;
                                        },
                                        ids.toArray());
                                return last;
                            }));
        }
    }

    private void lookAt(Map<AccountId, Long> last) {
        last.forEach(
                (account, seq) -> {
                    Line line = lines.get(account);
                    if (line != null && line.lacks(seq)) {
                        read(line);
                    }
                });
    }

    private void endUnused() {
        long now = System.nanoTime();
        for (AccountId account : lines.keySet()) {
            lines.computeIfPresent(
                    account,
                    (_, line) -> {
                        if (hasSockets.test(account)) {
                            line.usedAtNanos = now;
                        }
                        if (now - line.usedAtNanos < UNUSED_NANOS) {
                            return line;
                        }
                        channels.unfollow(account);
                        return null;
                    });
        }
    }
}
