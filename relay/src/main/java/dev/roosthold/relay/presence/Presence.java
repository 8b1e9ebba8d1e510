package dev.roosthold.relay.presence;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.presence.Lease.Holder;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.socketio.DisconnectReason;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The leases of one kind, machines or sessions. Thread-safe; time passes only by [#sweep()] and
/// [#flush()], which the relay calls now and then.
///
/// Everything that touches a lease happens inside one atomic step of the map, changes are submitted
/// to the store inside that step, and the store commits in the order of submission: so the row, the
/// events and the lease go through the same changes in the same order.
///
/// Only so many changes are under way at once. Those beyond hold in the lease at once and are
/// submitted, as it is then, when others have ended: changes that followed one another meanwhile
/// become one in the row and one event.
///
/// @param <K> names a row inside its account
public final class Presence<K> {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    static final Duration GRACE = Duration.ofSeconds(5);
    static final Duration SILENCE = Duration.ofSeconds(60);

    /// How long a heartbeat from another socket counts.
    static final Duration VOUCHED = Duration.ofSeconds(60);

    /// How long something that was just made counts without a socket.
    static final Duration NEW = Duration.ofSeconds(60);

    /// How long something that was ended ignores heartbeats: those that were under way, and those
    /// of a client that is about to stop.
    static final Duration ENDED = Duration.ofSeconds(60);

    /// A heartbeat older than this says nothing.
    static final Duration OLDEST_HEARTBEAT = Duration.ofMinutes(10);

    /// A row's time may lag by this much while it is active.
    static final Duration WRITE_AFTER = Duration.ofSeconds(30);

    /// A disk that fails does so for every lease: it is logged this often.
    private static final Duration WARN_EVERY = Duration.ofSeconds(10);

    private static final int FLUSH_BATCH = 200;
    private static final int FLUSHED_AT_ONCE = 16;
    private static final int STOP_BATCH = 1_000;
    private static final int BURY_BATCH = 200;

    private final Store store;
    private final Router router;
    private final Traffic traffic;
    private final Register<K> register;
    private final Announcer<K> announcer;
    private final InstantSource clock;
    private final @Nullable SharedLeases<K> shared;
    private final ConcurrentHashMap<K, Lease> leases = new ConcurrentHashMap<>();
    private final WriteTurns<K> turns = new WriteTurns<>();
    private final AtomicLong warnedAtMs = new AtomicLong(Long.MIN_VALUE / 2);
    private volatile boolean stopped;

    /// What is asked of a socket that is connected.
    public enum Traffic {
        /// It sends an event within any 60 s, or it is closed.
        REQUIRED,
        /// It answers the transport's pings, nothing more.
        OPTIONAL
    }

    /// How a socket ended.
    public enum End {
        /// The client said so: it means to stay away.
        PLANNED,
        /// It stopped answering.
        SILENT,
        /// Anything else; the client may be back in a moment.
        BROKEN;

        public static End of(DisconnectReason reason) {
            return switch (reason) {
                case CLIENT_DISCONNECT -> PLANNED;
                case PING_TIMEOUT -> SILENT;
                case SERVER_DISCONNECT,
                        TRANSPORT_CLOSE,
                        TRANSPORT_ERROR,
                        SLOW_CONSUMER,
                        SERVER_SHUTDOWN ->
                        BROKEN;
            };
        }
    }

    public Presence(
            Store store,
            Router router,
            Traffic traffic,
            Register<K> register,
            Announcer<K> announcer,
            @Nullable SharedLeases<K> shared,
            InstantSource clock) {
        this.store = store;
        this.router = router;
        this.traffic = traffic;
        this.register = register;
        this.announcer = announcer;
        this.shared = shared;
        this.clock = clock;
        if (shared != null) {
            shared.hear(
                    new SharedLeases.Listener<>() {
                        @Override
                        public void ended(K key) {
                            endedElsewhere(key);
                        }

                        @Override
                        public void wanted(K key) {
                            step(key, lease -> lease.endedUntilMs = 0);
                        }

                        @Override
                        public void made(K key) {
                            registered(key);
                        }

                        @Override
                        public void removed(K key) {
                            forget(key);
                        }

                        @Override
                        public void removedAll(AccountId account) {
                            forgetAll(key -> shared.account(key).equals(account));
                        }
                    });
        }
    }

    /// Whether it is active and when it was active last; empty when there is no lease, it then
    /// being what its row says: inactive, unless another node keeps it active.
    public Optional<Activity> of(K key) {
        if (!leases.containsKey(key)) {
            return Optional.empty();
        }
        var found = new Activity[1];
        step(
                key,
                lease -> {
                    if (lease.registered && (lease.active || shared == null)) {
                        found[0] = lease.activity();
                    }
                });
        return Optional.ofNullable(found[0]);
    }

    /// What holds now: the lease, or what the row says when there is none. A row that says active
    /// without a lease is active only if another node may keep it so.
    ///
    /// @param row what it says, read just now
    public Activity now(K key, Activity row) {
        return of(key).orElseGet(
                        () -> shared == null ? new Activity(false, row.activeAtMs()) : row);
    }

    /// Whether there is a lease and a row is known for it.
    public boolean isRegistered(K key) {
        var found = new boolean[1];
        step(key, lease -> found[0] = lease.registered);
        return found[0];
    }

    /// A socket scoped to the key has come. It counts only once there is known to be a row, see
    /// [#registered].
    ///
    /// @param connection tells it from every other connection; its socket id need not
    public void connected(K key, long connection, String socketId) {
        long now = clock.millis();
        stepOrNew(
                key,
                lease ->
                        lease.holders.put(
                                connection, new Holder(socketId, now, now >= lease.endedUntilMs)));
    }

    /// There is a row in the account: it was found when a socket came, or it was made. Call it in
    /// commit order, after the commit.
    public void registered(K key) {
        step(
                key,
                lease -> {
                    lease.registered = true;
                    if (lease.isHeld()) {
                        lease.graceEndsAtMs = 0;
                        activate(key, lease, clock.millis());
                    }
                });
    }

    /// Like [#registered], for a row that was made just now and whose sockets may be on other
    /// nodes.
    public void added(K key) {
        registered(key);
        if (shared != null) {
            shared.tellMade(key);
        }
    }

    /// Part of the write that makes a row that says that it is active.
    public void making(Transaction tx, K key) throws SQLException {
        if (shared != null) {
            boolean _ = shared.save(tx, key, true);
        }
    }

    /// The row was made just now and says that it is active. Call it in commit order, after the
    /// commit.
    public void made(K key, long madeAtMs) {
        stepOrNew(
                key,
                lease -> {
                    lease.registered = true;
                    lease.active = !stopped;
                    lease.activeAtMs = madeAtMs;
                    lease.writtenActiveAtMs = madeAtMs;
                    lease.graceEndsAtMs = lease.isHeld() ? 0 : madeAtMs + NEW.toMillis();
                });
    }

    /// The row is gone. Call it in commit order, after the commit.
    public void removed(K key) {
        forget(key);
        if (shared != null) {
            shared.tellRemoved(key);
        }
    }

    private void forget(K key) {
        step(
                key,
                lease -> {
                    lease.registered = false;
                    lease.active = false;
                    lease.graceEndsAtMs = 0;
                    lease.vouchedUntilMs = 0;
                    lease.endedUntilMs = 0;
                    lease.unsaved = false;
                    lease.untold = false;
                });
    }

    /// Like [#removed], for all that the condition admits.
    public void removedAll(AccountId account, Predicate<K> condition) {
        forgetAll(condition);
        if (shared != null) {
            shared.tellRemovedAll(account);
        }
    }

    private void forgetAll(Predicate<K> condition) {
        for (K key : leases.keySet()) {
            if (condition.test(key)) {
                forget(key);
            }
        }
    }

    /// The socket sent something.
    public void heard(K key, long connection) {
        step(
                key,
                lease -> {
                    Holder holder = lease.holders.get(connection);
                    if (holder != null) {
                        holder.heardAtMs = clock.millis();
                    }
                });
    }

    /// A heartbeat of one of the key's own sockets. Times in the future count as now, times too far
    /// in the past not at all; without a row, and from other sockets, it changes nothing.
    public void heartbeat(K key, long connection, long timeMs) {
        long now = clock.millis();
        if (isTooOld(timeMs, now)) {
            return;
        }
        step(
                key,
                lease -> {
                    if (lease.registered && lease.holders.containsKey(connection)) {
                        beat(key, lease, connection, Math.min(timeMs, now), false);
                    }
                });
    }

    /// A heartbeat from whichever socket, for a row that is known to be in the account. One of the
    /// key's own sockets thereby only shows that it is in use; another one vouches for it for a
    /// while. Times as in [#heartbeat].
    public void alive(K key, long connection, long timeMs, boolean thinking) {
        long now = clock.millis();
        if (isTooOld(timeMs, now)) {
            return;
        }
        stepOrNew(
                key,
                lease -> {
                    lease.registered = true;
                    beat(key, lease, connection, Math.min(timeMs, now), thinking);
                });
    }

    /// It has ended: inactive at once, the sockets that are there count no more, and heartbeats say
    /// nothing for a while. For a row that is known to be in the account. Times as in [#heartbeat].
    ///
    /// @return whether the row was there, once that is written
    public CompletableFuture<Boolean> ended(K key, long timeMs) {
        long now = clock.millis();
        if (isTooOld(timeMs, now)) {
            return CompletableFuture.completedFuture(true);
        }
        var written = new CompletableFuture<Boolean>();
        stepOrNew(
                key,
                lease -> {
                    lease.registered = true;
                    lease.endedUntilMs = now + ENDED.toMillis();
                    lease.vouchedUntilMs = 0;
                    lease.holders.values().forEach(holder -> holder.counts = false);
                    change(key, lease, false, Math.min(timeMs, now), true, written);
                });
        if (shared != null) {
            shared.tellEnded(key);
        }
        return written;
    }

    /// What [#ended] of another node means here; the row is its affair.
    private void endedElsewhere(K key) {
        long now = clock.millis();
        step(
                key,
                lease -> {
                    lease.endedUntilMs = now + ENDED.toMillis();
                    lease.vouchedUntilMs = 0;
                    lease.graceEndsAtMs = 0;
                    lease.holders.values().forEach(holder -> holder.counts = false);
                    if (lease.writing > 0) {
                        // What is being written may come after what the other node has written.
                        change(
                                key,
                                lease,
                                false,
                                lease.activeAtMs,
                                false,
                                new CompletableFuture<>());
                    }
                    lease.active = false;
                    lease.thinking = false;
                    lease.unsaved = false;
                    lease.untold = false;
                });
    }

    /// Its owner asks for it again: heartbeats count again.
    public void wanted(K key) {
        step(key, lease -> lease.endedUntilMs = 0);
        if (shared != null) {
            shared.tellWanted(key);
        }
    }

    /// It did something that counts as activity; makes nothing active.
    public void touched(K key) {
        step(
                key,
                lease -> {
                    if (lease.active) {
                        lease.activeAtMs = clock.millis();
                    }
                });
    }

    public void disconnected(K key, long connection, End end) {
        long now = clock.millis();
        step(
                key,
                lease -> {
                    Holder gone = lease.holders.remove(connection);
                    if (gone == null || !gone.counts || lease.isHeld() || !lease.active) {
                        return;
                    }
                    switch (end) {
                        case PLANNED -> lose(key, lease, now);
                        case SILENT -> lose(key, lease, gone.heardAtMs);
                        case BROKEN -> {
                            lease.activeAtMs = now;
                            lease.graceEndsAtMs = now + GRACE.toMillis();
                        }
                    }
                });
    }

    /// Ends what has run out: graces, heartbeats and silent sockets. Repeats writes that failed.
    public void sweep() {
        long now = clock.millis();
        for (K key : leases.keySet()) {
            step(key, lease -> sweep(key, lease, now));
        }
    }

    /// Writes the times of activity that the rows do not have yet. Returns at once: accounts take
    /// their turns, so that nobody else's writes wait behind all of them.
    public void flush() {
        var late = new HashMap<AccountId, List<K>>();
        for (K key : leases.keySet()) {
            step(
                    key,
                    lease -> {
                        if (lags(lease)) {
                            late.computeIfAbsent(register.account(key), _ -> new ArrayList<>())
                                    .add(key);
                        }
                    });
        }
        var batches = new ConcurrentLinkedQueue<List<K>>();
        for (List<K> keys : late.values()) {
            for (int from = 0; from < keys.size(); from += FLUSH_BATCH) {
                batches.add(keys.subList(from, Math.min(keys.size(), from + FLUSH_BATCH)));
            }
        }
        for (int i = 0; i < FLUSHED_AT_ONCE; i++) {
            flushNext(batches);
        }
    }

    private static boolean lags(Lease lease) {
        long lag = Math.abs(lease.activeAtMs - lease.writtenActiveAtMs);
        return lease.active && lag >= WRITE_AFTER.toMillis();
    }

    private void flushNext(Queue<List<K>> batches) {
        List<K> keys = batches.poll();
        while (keys != null) {
            CompletableFuture<Integer> written = saveActivities(keys);
            if (!written.isDone()) {
                var _ = written.whenComplete((_, _) -> flushNext(batches));
                return;
            }
            keys = batches.poll();
        }
    }

    /// @param keys of one account
    private CompletableFuture<Integer> saveActivities(List<K> keys) {
        var times = new HashMap<K, Long>();
        for (K key : keys) {
            step(
                    key,
                    lease -> {
                        if (lags(lease)) {
                            lease.writtenActiveAtMs = lease.activeAtMs;
                            times.put(key, lease.activeAtMs);
                        }
                    });
        }
        return store.write(
                new Lane(register.account(keys.getFirst()).value()),
                tx -> {
                    for (var entry : times.entrySet()) {
                        register.saveActivity(tx, entry.getKey(), entry.getValue());
                    }
                    return times.size();
                });
    }

    /// Takes everything to inactive in the rows, telling nobody: the relay stops. Later calls of
    /// other methods change no row any more.
    public void stop() {
        stopped = true;
        var last = new ArrayList<Map.Entry<K, Activity>>();
        for (K key : leases.keySet()) {
            leases.computeIfPresent(
                    key,
                    (_, lease) -> {
                        if (lease.active || lease.unsaved) {
                            last.add(Map.entry(key, new Activity(false, lease.activeAtMs)));
                        }
                        return null;
                    });
        }
        for (int from = 0; from < last.size(); from += STOP_BATCH) {
            var batch = last.subList(from, Math.min(last.size(), from + STOP_BATCH));
            var _ =
                    store.write(
                            tx -> {
                                for (var entry : batch) {
                                    unshare(tx, entry.getKey());
                                    register.saveStatus(tx, entry.getKey(), entry.getValue());
                                }
                                return batch.size();
                            });
        }
    }

    /// Stops changing rows and leaves them as they are: other nodes see to them, once the clients
    /// of this one had the time to come to them. Only for one of several nodes.
    public void leave() {
        stopped = true;
    }

    /// Writes again what is active here: the others took this node for dead.
    public void repeat() {
        for (K key : leases.keySet()) {
            step(
                    key,
                    lease -> {
                        if (lease.active && !stopped) {
                            saveInTurn(key, lease);
                        }
                    });
        }
    }

    /// Makes up for what other nodes have told and this one has not heard: rows that were made for
    /// sockets that are here, and ends. Blocks. Only for one of several nodes.
    public void reconcile() {
        var rowless = new ArrayList<K>();
        var settled = new ArrayList<K>();
        for (K key : leases.keySet()) {
            step(
                    key,
                    lease -> {
                        if (!lease.registered && !lease.holders.isEmpty()) {
                            rowless.add(key);
                        } else if (lease.active && lease.writing == 0 && !lease.unsaved) {
                            settled.add(key);
                        }
                    });
        }
        for (K key : rowless) {
            if (store.readNow(sql -> register.exists(sql, key))) {
                lookAgain(key);
            }
        }
        if (!settled.isEmpty()) {
            endUnshared(settled, store.readNow(Objects.requireNonNull(shared)::own));
        }
    }

    private void lookAgain(K key) {
        store.writeNow(
                new Lane(register.account(key).value()),
                tx -> {
                    boolean exists = register.exists(tx, key);
                    if (exists) {
                        tx.afterCommit(() -> registered(key));
                    }
                    return exists;
                });
    }

    /// What was active and written, and has no row of this node now, was ended by another one.
    private void endUnshared(List<K> settled, Set<K> rows) {
        for (K key : settled) {
            if (!rows.contains(key)) {
                step(
                        key,
                        lease -> {
                            if (lease.active && lease.writing == 0) {
                                lease.active = false;
                                lease.thinking = false;
                                lease.graceEndsAtMs = 0;
                                lease.vouchedUntilMs = 0;
                            }
                        });
            }
        }
    }

    /// Takes some of what a node that is gone kept active to inactive, unless another node keeps it
    /// too, and tells of it.
    ///
    /// @return false when the node kept nothing more
    public boolean bury(String node) {
        SharedLeases<K> leasesOfAll = Objects.requireNonNull(shared);
        return store.writeNow(
                tx -> {
                    List<K> ended = leasesOfAll.takeOf(tx, node, BURY_BATCH);
                    for (K key : ended) {
                        if (!leasesOfAll.isHeld(tx, key)) {
                            Activity activity = new Activity(false, tx.nowMs());
                            if (register.saveStatus(tx, key, activity)) {
                                tx.afterCommit(() -> announcer.tell(key, activity));
                            }
                        }
                    }
                    return !ended.isEmpty();
                });
    }

    /// How many are active without a socket because one may come in a moment.
    public long inGrace() {
        return leases.values().stream().filter(lease -> lease.graceEndsAtMs != 0).count();
    }

    /// How many leases there are.
    public int size() {
        return leases.size();
    }

    private interface Step {
        void on(Lease lease);
    }

    /// One atomic step on the lease, if there is one; an idle lease is dropped.
    private void step(K key, Step step) {
        List<Runnable> afterwards = new ArrayList<>(0);
        leases.computeIfPresent(key, (_, lease) -> after(step, lease, afterwards));
        afterwards.forEach(Runnable::run);
    }

    private void stepOrNew(K key, Step step) {
        List<Runnable> afterwards = new ArrayList<>(0);
        leases.compute(
                key, (_, lease) -> after(step, lease == null ? new Lease() : lease, afterwards));
        afterwards.forEach(Runnable::run);
    }

    /// @param afterwards gets what is to be done when the map is free again
    private static @Nullable Lease after(Step step, Lease lease, List<Runnable> afterwards) {
        step.on(lease);
        afterwards.addAll(lease.afterwards);
        lease.afterwards.clear();
        return lease.isIdle() ? null : lease;
    }

    private static boolean isTooOld(long timeMs, long now) {
        return timeMs < now - OLDEST_HEARTBEAT.toMillis();
    }

    private void beat(K key, Lease lease, long connection, long timeMs, boolean thinking) {
        long now = clock.millis();
        if (now < lease.endedUntilMs) {
            return;
        }
        Holder own = lease.holders.get(connection);
        if (own == null) {
            lease.vouchedUntilMs = now + VOUCHED.toMillis();
        } else {
            own.counts = true;
            lease.graceEndsAtMs = 0;
        }
        lease.thinking = thinking;
        activate(key, lease, timeMs);
    }

    /// Makes it active, or moves the time when it is; tells of it either way.
    private void activate(K key, Lease lease, long activeAtMs) {
        if (lease.active) {
            lease.activeAtMs = activeAtMs;
            announcer.tell(key, lease.activity());
        } else {
            change(key, lease, true, activeAtMs);
        }
    }

    /// The last socket is gone for good; what another socket says may still count.
    private void lose(K key, Lease lease, long activeAtMs) {
        if (clock.millis() >= lease.vouchedUntilMs) {
            change(key, lease, false, activeAtMs);
        }
    }

    private void sweep(K key, Lease lease, long now) {
        if (now >= lease.endedUntilMs) {
            lease.endedUntilMs = 0;
        }
        if (traffic == Traffic.REQUIRED) {
            closeSilent(key, lease, now);
        }
        if (lease.active
                && !lease.isHeld()
                && now >= lease.graceEndsAtMs
                && now >= lease.vouchedUntilMs) {
            change(key, lease, false, lease.activeAtMs);
        } else if (lease.unsaved && turns.areFree()) {
            save(key, lease, true, false, new CompletableFuture<>());
        }
    }

    private void closeSilent(K key, Lease lease, long now) {
        long latest = 0;
        boolean wasHeld = lease.isHeld();
        var silent = new ArrayList<Holder>();
        for (var holders = lease.holders.values().iterator(); holders.hasNext(); ) {
            Holder holder = holders.next();
            if (now - holder.heardAtMs >= SILENCE.toMillis()) {
                holders.remove();
                silent.add(holder);
                latest = Math.max(latest, holder.heardAtMs);
            }
        }
        for (Holder holder : silent) {
            // The id may have gone over to a connection that continues this one.
            if (lease.holders.values().stream()
                    .noneMatch(other -> other.socketId.equals(holder.socketId))) {
                router.closeSocket(holder.socketId);
            }
        }
        if (wasHeld && !lease.isHeld() && lease.active) {
            lose(key, lease, latest);
        }
    }

    /// A change that nobody waits for.
    private void change(K key, Lease lease, boolean active, long activeAtMs) {
        if (!stopped) {
            set(lease, active, activeAtMs);
            saveInTurn(key, lease);
        }
    }

    /// A change for which somebody waits.
    ///
    /// @param everywhere whether it ends what other nodes keep active too
    private void change(
            K key,
            Lease lease,
            boolean active,
            long activeAtMs,
            boolean everywhere,
            CompletableFuture<Boolean> written) {
        if (stopped) {
            written.complete(true);
            return;
        }
        set(lease, active, activeAtMs);
        save(key, lease, false, everywhere, written);
    }

    private static void set(Lease lease, boolean active, long activeAtMs) {
        lease.active = active;
        lease.activeAtMs = activeAtMs;
        lease.graceEndsAtMs = 0;
        if (!active) {
            lease.thinking = false;
        }
    }

    /// People are told when it is stored: what they would be told before may not hold, as another
    /// node may keep it active.
    private void saveInTurn(K key, Lease lease) {
        if (turns.areFree()) {
            save(key, lease, false, false, new CompletableFuture<>());
            return;
        }
        if (!lease.untold) {
            turns.later(key);
        }
        lease.unsaved = true;
        lease.untold = true;
    }

    private void saveNext() {
        K key = turns.next();
        while (key != null && !saveLate(key)) {
            key = turns.next();
        }
    }

    private boolean saveLate(K key) {
        var saved = new boolean[1];
        step(
                key,
                lease -> {
                    if (lease.unsaved && !stopped) {
                        save(key, lease, true, false, new CompletableFuture<>());
                        saved[0] = true;
                    }
                });
        return saved[0];
    }

    /// @param known whether people know already, unless the lease has it that they do not
    private void save(
            K key,
            Lease lease,
            boolean known,
            boolean everywhere,
            CompletableFuture<Boolean> written) {
        Activity activity = lease.activity();
        boolean told = known && !lease.untold;
        lease.unsaved = false;
        lease.untold = false;
        lease.writing++;
        turns.begin();
        lease.writtenActiveAtMs = activity.activeAtMs();
        CompletableFuture<Boolean> stored =
                store.write(
                        new Lane(register.account(key).value()),
                        tx -> {
                            Activity holds = share(tx, key, activity, everywhere);
                            boolean exists = register.saveStatus(tx, key, holds);
                            if (!exists) {
                                unshare(tx, key);
                                tx.afterCommit(() -> forget(key));
                            } else if (!told) {
                                tx.afterCommit(() -> announcer.tell(key, holds));
                            }
                            return exists;
                        });
        // It may be stored already, and what is chained to it run at once: not inside of this step
        // on the same lease.
        lease.afterwards.add(
                () -> {
                    var _ =
                            stored.whenComplete(
                                    (exists, failure) -> {
                                        saved(key, activity, told, failure);
                                        if (failure == null) {
                                            written.complete(exists);
                                        } else {
                                            written.completeExceptionally(failure);
                                        }
                                    });
                });
    }

    /// Notes what this node keeps active.
    ///
    /// @return what holds when all nodes are counted
    private Activity share(Transaction tx, K key, Activity activity, boolean everywhere)
            throws SQLException {
        if (shared == null) {
            return activity;
        }
        if (everywhere) {
            shared.deleteAll(tx, key);
            return activity;
        }
        return shared.save(tx, key, activity.active())
                ? new Activity(true, activity.activeAtMs(), activity.thinking())
                : activity;
    }

    private void unshare(Transaction tx, K key) throws SQLException {
        if (shared != null) {
            shared.deleteAll(tx, key);
        }
    }

    private void saved(K key, Activity activity, boolean told, @Nullable Throwable failure) {
        turns.end();
        step(
                key,
                lease -> {
                    lease.writing--;
                    if (failure != null && !stopped) {
                        // The disk may be full; who is connected must be told all the same.
                        warn(failure);
                        lease.unsaved = lease.registered;
                        if (!told) {
                            announcer.tell(key, activity);
                        }
                    }
                });
        if (failure == null) {
            saveNext();
        }
    }

    private void warn(Throwable failure) {
        long now = clock.millis();
        long last = warnedAtMs.get();
        if (now - last >= WARN_EVERY.toMillis() && warnedAtMs.compareAndSet(last, now)) {
            LOG.warn("presence was not written, will be repeated", failure);
        }
    }
}
