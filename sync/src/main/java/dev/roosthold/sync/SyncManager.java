package dev.roosthold.sync;

import dev.roosthold.jazz.transport.Link;
import dev.roosthold.jazz.transport.WebSocketDialer;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncFiles;
import dev.roosthold.sync.entry.EntryType;
import dev.roosthold.sync.entry.SyncEntry;
import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.metrics.SyncMetrics;
import dev.roosthold.sync.replica.Change;
import dev.roosthold.sync.replica.JazzSyncService;
import dev.roosthold.sync.replica.Layout;
import dev.roosthold.sync.replica.RelayFailure;
import dev.roosthold.sync.replica.RelayGate;
import dev.roosthold.sync.replica.ReplicaException;
import dev.roosthold.sync.replica.RetryPolicy;
import dev.roosthold.sync.state.SyncEvent;
import dev.roosthold.sync.state.SyncState;
import dev.roosthold.sync.state.Transitions;
import dev.roosthold.sync.store.Counts;
import dev.roosthold.sync.store.Identity;
import dev.roosthold.sync.store.Pulled;
import dev.roosthold.sync.store.Pushed;
import dev.roosthold.sync.store.QueueRow;
import dev.roosthold.sync.store.StoreException;
import dev.roosthold.sync.store.SyncStore;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps what was pushed, sends it when there is a relay, and keeps the cache equal with what other
/// devices wrote. Holds no key of any content.
///
/// One thread makes connections, one sends, one writes the database; callers wait for the latter
/// only. Thread-safe.
public final class SyncManager implements AutoCloseable {
    static final Duration CONNECT = Duration.ofSeconds(5);
    static final Duration PREPARE = Duration.ofSeconds(25);
    private static final long SEEN_MS = 15 * 60_000;
    private static final long SWEEP_MS = 30_000;
    private static final int TOGETHER = 250;
    private static final long NETWORK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final InstantSource clock;
    private final SecureRandom random;
    private final SyncMetrics metrics;
    private final SyncLog log;
    private final List<SyncListener> listeners = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final AtomicLong pulled = new AtomicLong();
    private final AtomicLong pushed = new AtomicLong();
    private final AtomicLong lastSync = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReentrantLock resetting = new ReentrantLock();
    private final List<Thread> threads = new ArrayList<>();

    private @Nullable SyncConfig config;
    private @Nullable SyncStore store;
    private @Nullable Uploader uploader;
    private @Nullable RelayGate gate;

    // Guarded by lock.
    private SyncState state = SyncState.UNINITIALIZED;
    private @Nullable Identity identity;
    private @Nullable JazzSyncService service;
    private boolean refused;
    private boolean hurry;
    private boolean lost;
    private boolean stopped;
    private int attempts;
    private CompletableFuture<Optional<RelayFailure>> attempt = new CompletableFuture<>();
    private CompletableFuture<Void> connection = new CompletableFuture<>();
    private SyncStatus.@Nullable Fault fault;
    private long lastSeen;

    public SyncManager(InstantSource clock, SecureRandom random, SyncMetrics metrics, SyncLog log) {
        this.clock = clock;
        this.random = random;
        this.metrics = metrics;
        this.log = log;
    }

    // ---- life

    /// Opens the database and, if there is an identity that is not paused, begins to connect.
    ///
    /// @throws StoreException when the database cannot be written
    public void initialize(SyncConfig settings) {
        Path ca = settings.relayCaFile().orElse(null);
        HttpClient client = ca == null ? null : PrivateTrust.client(ca, CONNECT);
        initialize(settings, new WebSocketDialer(settings.relay(), client, CONNECT));
    }

    void initialize(SyncConfig settings, Link.Dialer dialer) {
        config = settings;
        SyncStore opened = SyncStore.open(settings.database(), clock, log);
        store = opened;
        gate = new RelayGate(dialer, clock, this::connectionLost);
        uploader = new Uploader(opened, metrics, log, new UploadEvents());
        metrics.gauge(
                "queue_size",
                "Rows of the queue that the relay has not acknowledged.",
                () -> opened.counts().pending());
        metrics.gauge(
                "queue_failed",
                "Rows of the queue that failed or expired.",
                () -> opened.counts().failed());
        metrics.gauge(
                "state",
                "0 uninitialized, 1 initializing, 2 online, 3 offline.",
                () -> number(state()));
        lock.lock();
        try {
            identity = opened.identity().orElse(null);
            Identity known = identity;
            lastSync.set(known == null || known.lastSyncAt() == null ? 0 : known.lastSyncAt());
            state = Transitions.start(known != null, known != null && known.paused());
            if (opened.wasCorrupt()) {
                fault =
                        new SyncStatus.Fault(
                                "CACHE_CORRUPT",
                                "The database was damaged and has been put aside.",
                                clock.millis());
            }
        } finally {
            lock.unlock();
        }
        threads.add(Thread.ofVirtual().name("sync-events").start(this::tell));
        threads.add(Thread.ofVirtual().name("sync-link").start(this::link));
        threads.add(Thread.ofVirtual().name("sync-cycle").start(this::cycle));
    }

    /// Ends the connection and closes the database. The queue stays.
    public void shutdown() {
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        goodbye();
        uploader().offline().orTimeout(2, TimeUnit.SECONDS).exceptionally(_ -> null).join();
        JazzSyncService open = takeService();
        if (open != null) {
            open.close();
        }
        uploader().close();
        threads.forEach(Thread::interrupt);
        store().close();
    }

    @Override
    public void close() {
        shutdown();
    }

    /// Says when we were last here, if there is somebody to say it to.
    private void goodbye() {
        JazzSyncService open;
        Identity who;
        lock.lock();
        try {
            open = state == SyncState.ONLINE ? service : null;
            who = identity;
        } finally {
            lock.unlock();
        }
        if (open == null || who == null || open.isTooNew()) {
            return;
        }
        try {
            open.registerDevice(who.deviceId(), device(who));
            open.synced().get(1, TimeUnit.SECONDS);
        } catch (RuntimeException | ExecutionException | TimeoutException e) {
            log.debug("device.seen", "the time of leaving could not be told");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SyncConfig config() {
        return present(config);
    }

    SyncStore store() {
        return present(store);
    }

    private Uploader uploader() {
        return present(uploader);
    }

    private static <T> T present(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("initialize comes first");
        }
        return part;
    }

    // ---- events

    /// Hears what happens from now on.
    ///
    /// @return ends it
    public Runnable subscribe(SyncListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void tell() {
        try {
            while (true) {
                events.take().run();
            }
        } catch (InterruptedException e) {
            // The end.
        }
    }

    private void event(java.util.function.Consumer<SyncListener> event) {
        events.add(() -> listeners.forEach(event));
    }

    /// With the lock held.
    private void move(SyncEvent event, String reason) {
        SyncState from = state;
        Optional<SyncState> next = Transitions.next(from, event);
        if (next.isEmpty()) {
            return;
        }
        SyncState to = next.get();
        state = to;
        changed.signalAll();
        long at = clock.millis();
        log.info("state", "the state has changed", "from", from, "to", to, "reason", reason);
        event(listener -> listener.stateChange(from, to, reason, at));
    }

    private void fault(String code, String message) {
        long at = clock.millis();
        lock.lock();
        try {
            fault = new SyncStatus.Fault(code, message, at);
        } finally {
            lock.unlock();
        }
        event(listener -> listener.error(code, message, at));
    }

    public SyncState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    private static int number(SyncState of) {
        return switch (of) {
            case UNINITIALIZED -> 0;
            case INITIALIZING -> 1;
            case ONLINE -> 2;
            case OFFLINE -> 3;
        };
    }

    public boolean isOnline() {
        return state() == SyncState.ONLINE;
    }

    public boolean isPaused() {
        lock.lock();
        try {
            Identity known = identity;
            return known != null && known.paused();
        } finally {
            lock.unlock();
        }
    }

    public Optional<Identity> identity() {
        lock.lock();
        try {
            return Optional.ofNullable(identity);
        } finally {
            lock.unlock();
        }
    }

    public SyncStatus getStatus() {
        Counts counts = store().counts();
        boolean full = store().isFull(counts.pending());
        lock.lock();
        try {
            JazzSyncService open = service;
            boolean online = state == SyncState.ONLINE && open != null;
            SyncStatus.Fault now = fault;
            if (online && open != null && open.isTooNew()) {
                now =
                        new SyncStatus.Fault(
                                "SCHEMA_TOO_NEW",
                                "Another device uses a newer release; upgrade this one.",
                                clock.millis());
            }
            Identity known = identity;
            return new SyncStatus(
                    state,
                    known != null && known.paused(),
                    Optional.ofNullable(known),
                    counts,
                    lastSync.get() == 0 ? null : (Long) lastSync.get(),
                    open == null ? 0 : open.pendingDown(),
                    online && open != null ? open.latency() : null,
                    online ? present(gate).clockOffset() : null,
                    store().isWritable() && !refused && !full,
                    Optional.ofNullable(now));
        } finally {
            lock.unlock();
        }
    }

    /// Batches under way to the relay.
    public int outstanding() {
        return uploader().outstanding();
    }

    // ---- identity

    /// Sets this device up and makes one attempt to connect.
    ///
    /// @param authKey 32 bytes; overwritten on return
    /// @return empty when there is an identity already
    /// @throws StoreException when it cannot be kept; then nothing was
    public Optional<InitResult> init(byte[] authKey, String deviceName, String platform)
            throws InterruptedException {
        CompletableFuture<Optional<RelayFailure>> first;
        resetting.lock();
        try {
            if (identity().isPresent()) {
                return Optional.empty();
            }
            Layout layout = Layout.of(JazzSyncService.accountOf(authKey));
            var made =
                    new Identity(
                            layout.account().text(),
                            UUID.randomUUID().toString(),
                            deviceName,
                            platform,
                            layout.root().text(),
                            clock.millis(),
                            null,
                            false);
            try {
                SyncFiles.directory(present(config().authKeyFile().getParent()));
                SyncFiles.write(config().authKeyFile(), authKey);
                store().saveIdentity(made, SyncEntry.of(made.deviceId(), device(made)));
            } catch (IOException | StoreException e) {
                erase(config().authKeyFile());
                throw e instanceof StoreException known
                        ? known
                        : StoreException.unwritable("the key cannot be kept");
            }
            lock.lock();
            try {
                identity = made;
                refused = false;
                first = attempt;
                move(SyncEvent.INIT_ACCEPTED, "init");
            } finally {
                lock.unlock();
            }
        } finally {
            resetting.unlock();
            Arrays.fill(authKey, (byte) 0);
        }
        Optional<RelayFailure> failure = outcome(first, Duration.ofSeconds(32));
        return Optional.of(new InitResult(identity().orElseThrow(), state(), failure));
    }

    private static Optional<RelayFailure> outcome(
            CompletableFuture<Optional<RelayFailure>> of, Duration patience)
            throws InterruptedException {
        try {
            return of.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return Optional.of(new RelayFailure.Network("The relay did not answer in time."));
        }
    }

    private void erase(Path file) {
        try {
            SyncFiles.erase(file);
        } catch (IOException e) {
            log.warn("reset", "a file could not be erased");
        }
    }

    private SyncEntry.Device device(Identity of) {
        return new SyncEntry.Device(
                of.deviceName(),
                of.platform(),
                Layout.SCHEMA,
                of.createdAt(),
                clock.millis(),
                null);
    }

    /// Gives this device another name.
    ///
    /// @throws StoreException when it cannot be kept
    public Identity registerDevice(String name, String platform) {
        Identity next;
        JazzSyncService open;
        resetting.lock();
        try {
            Identity old = identity().orElseThrow();
            next =
                    new Identity(
                            old.accountId(),
                            old.deviceId(),
                            name,
                            platform,
                            old.syncRootId(),
                            old.createdAt(),
                            old.lastSyncAt(),
                            old.paused());
            store().saveIdentity(next, SyncEntry.of(next.deviceId(), device(next)));
            lock.lock();
            try {
                identity = next;
                open = state == SyncState.ONLINE ? service : null;
            } finally {
                lock.unlock();
            }
        } finally {
            resetting.unlock();
        }
        if (open != null && !open.isTooNew()) {
            open.registerDevice(next.deviceId(), device(next));
        }
        return next;
    }

    /// Closes the connection until [#resume], also across restarts.
    public void pause() {
        if (setPaused(true)) {
            goodbye();
        }
        uploader().offline().join();
        lock.lock();
        try {
            move(SyncEvent.PAUSED, "paused");
            lost = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        present(gate).shut();
    }

    /// Lets it connect again.
    public void resume() {
        setPaused(false);
        lock.lock();
        try {
            refused = false;
            hurry = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// @return whether that is new
    private boolean setPaused(boolean paused) {
        resetting.lock();
        try {
            Identity old = identity().orElse(null);
            if (old == null || old.paused() == paused) {
                return false;
            }
            store().setPaused(paused);
            lock.lock();
            try {
                identity =
                        new Identity(
                                old.accountId(),
                                old.deviceId(),
                                old.deviceName(),
                                old.platform(),
                                old.syncRootId(),
                                old.createdAt(),
                                old.lastSyncAt(),
                                paused);
            } finally {
                lock.unlock();
            }
            return true;
        } finally {
            resetting.unlock();
        }
    }

    /// What a reset removed.
    public record ResetResult(long removedEntries, long discardedQueue) {}

    /// Removes identity, key, cache, queue and shared values from this device.
    ///
    /// @param remote whether every entry is deleted for all devices first
    /// @return empty when that was wanted and the relay did not confirm it; then nothing is removed
    public Optional<ResetResult> reset(boolean remote) throws InterruptedException {
        if (remote && !deleteEverywhere()) {
            return Optional.empty();
        }
        resetting.lock();
        try {
            uploader().offline().join();
            lock.lock();
            try {
                move(SyncEvent.RESET, "reset");
                identity = null;
                refused = false;
                fault = null;
                lastSync.set(0);
                lost = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            JazzSyncService open = takeService();
            if (open != null) {
                open.close();
            }
            long[] counts = store().reset();
            erase(config().authKeyFile());
            for (String part : List.of("-wal", "-shm", "")) {
                Path file = config().valuesFile();
                erase(file.resolveSibling(file.getFileName() + part));
            }
            return Optional.of(new ResetResult(counts[1], counts[0]));
        } finally {
            resetting.unlock();
        }
    }

    private boolean deleteEverywhere() throws InterruptedException {
        if (!isOnline()) {
            return false;
        }
        long now = clock.millis();
        String by = identity().map(Identity::deviceId).orElse("");
        var deleted = new ArrayList<SyncEntry>();
        for (SyncEntry entry : store().undeleted()) {
            deleted.add(
                    new SyncEntry(
                            entry.type(),
                            entry.id(),
                            "",
                            entry.type() == EntryType.PREFERENCE ? by : entry.deviceId(),
                            entry.createdAt(),
                            Math.max(now, entry.updatedAt() + 1),
                            now,
                            entry.safetyLevel(),
                            entry.executed(),
                            entry.success(),
                            entry.executedAt(),
                            by,
                            null));
        }
        JazzSyncService open;
        lock.lock();
        try {
            open = service;
        } finally {
            lock.unlock();
        }
        if (open == null) {
            return false;
        }
        for (int at = 0; at < deleted.size(); at += 500) {
            open.append(deleted.subList(at, Math.min(deleted.size(), at + 500)));
        }
        try {
            open.synced().get(55, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    // ---- entries

    /// Keeps entries; they are on the disk on return, and handed on if there is a connection and
    /// nothing waits before them.
    ///
    /// @throws StoreException when queue or disk are full; then nothing was taken
    public PushResult pushEntries(List<SyncEntry> entries) {
        if (entries.isEmpty()) {
            return new PushResult(0, 0);
        }
        boolean direct = uploader().isDirect();
        CompletableFuture<Pushed> committed = store().push(entries, config().queueTtlMs(), direct);
        // Still on the thread of the store: what was committed first is handed on first.
        CompletableFuture<Boolean> handed =
                committed.thenCompose(
                        what -> {
                            if (what.rows().isEmpty()) {
                                uploader().kick();
                                return CompletableFuture.completedFuture(true);
                            }
                            if (direct) {
                                return uploader().live(what);
                            }
                            uploader().waiting();
                            return CompletableFuture.completedFuture(false);
                        });
        boolean sent = join(handed) && isOnline();
        metrics.pushedEntries.add(entries.size());
        return sent ? new PushResult(entries.size(), 0) : new PushResult(0, entries.size());
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /// Entries that were inserted or changed after a cursor.
    public Pulled pullEntries(long since, int limit, long maxBytes) {
        return store().pull(since, limit, maxBytes);
    }

    /// All devices that are known, ours included.
    public List<SyncEntry> listDevices() {
        return store().devices();
    }

    /// Marks another device as removed.
    ///
    /// @return whether it is known
    public boolean removeDevice(String deviceId) {
        Optional<SyncEntry> known = store().entry(EntryType.DEVICE, deviceId);
        SyncEntry.Device device = known.map(SyncEntry::device).orElse(null);
        if (device == null) {
            return false;
        }
        long at = Math.max(clock.millis(), device.lastSeen() + 1);
        pushEntries(List.of(SyncEntry.of(deviceId, device.removed(at))));
        return true;
    }

    public List<QueueRow> queue(@Nullable String status, int limit) {
        return store().queue(status, limit);
    }

    /// Failed rows wait again, with a new lifetime.
    ///
    /// @param ids or null for all
    public int retryQueue(@Nullable Collection<Long> ids) {
        int count = store().retry(ids, config().queueTtlMs());
        uploader().kick();
        return count;
    }

    public int discardQueue(Collection<Long> ids) {
        return store().discard(ids);
    }

    /// Runs one full cycle: when it returns, what was queued is confirmed, and what the relay has
    /// is in the cache. What 28 seconds were not enough for is counted as pending.
    ///
    /// @return empty when the relay cannot be reached
    public Optional<NowResult> now() throws InterruptedException {
        setPaused(false);
        CompletableFuture<Optional<RelayFailure>> next = null;
        lock.lock();
        try {
            if (state != SyncState.ONLINE) {
                refused = false;
                hurry = true;
                next = attempt;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (next != null && outcome(next, Duration.ofSeconds(29)).isPresent()) {
            return Optional.empty();
        }
        JazzSyncService open;
        CompletableFuture<Void> end;
        lock.lock();
        try {
            open = service;
            end = connection;
            if (state != SyncState.ONLINE || open == null) {
                return Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        long up = pushed.get();
        long down = pulled.get();
        boolean complete = false;
        try {
            CompletableFuture<Void> all =
                    CompletableFuture.allOf(uploader().whenIdle(), open.caughtUp());
            CompletableFuture.anyOf(all, end).get(28, TimeUnit.SECONDS);
            complete = all.isDone();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("cycle", "the cycle is not complete");
        }
        if (!isOnline()) {
            return Optional.empty();
        }
        SyncStatus status = getStatus();
        return Optional.of(
                new NowResult(
                        pushed.get() - up,
                        pulled.get() - down,
                        status.counts().pending(),
                        complete ? status.pendingDown() : Math.max(1, status.pendingDown())));
    }

    // ---- connection

    private @Nullable JazzSyncService takeService() {
        lock.lock();
        try {
            JazzSyncService open = service;
            service = null;
            return open;
        } finally {
            lock.unlock();
        }
    }

    private void connectionLost() {
        lock.lock();
        try {
            lost = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// With the lock held: whether there is somebody to connect, and nothing against it.
    private boolean mayConnect() {
        Identity known = identity;
        return known != null && !known.paused() && !refused && !stopped;
    }

    private void link() {
        int failures = 0;
        while (true) {
            try {
                Identity who = whoMayConnect();
                if (who == null) {
                    return;
                }
                Optional<RelayFailure> failure = attempt(who);
                Duration wait = RetryPolicy.reconnect(failure.isEmpty() ? 0 : failures, random);
                if (failure.isEmpty()) {
                    untilLost(who);
                } else {
                    wait = failed(who, failure.get()).orElse(wait);
                }
                boolean hurried = pause(wait);
                failures = failure.isEmpty() || hurried ? 0 : failures + 1;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.error("link.fault", "connecting failed", "kind", e.getClass().getSimpleName());
                try {
                    pause(Duration.ofSeconds(5));
                } catch (InterruptedException second) {
                    return;
                }
            }
        }
    }

    /// Waits until there is somebody to connect; null at the end.
    private @Nullable Identity whoMayConnect() throws InterruptedException {
        lock.lock();
        try {
            while (!mayConnect()) {
                if (stopped) {
                    return null;
                }
                changed.await();
            }
            hurry = false;
            lost = false;
            return present(identity);
        } finally {
            lock.unlock();
        }
    }

    private Optional<RelayFailure> attempt(Identity who) throws InterruptedException {
        Optional<RelayFailure> failure;
        try {
            JazzSyncService with = service(who);
            long end = System.nanoTime() + PREPARE.toNanos();
            with.connect(CONNECT);
            with.prepare(
                    who.deviceId(),
                    device(who),
                    Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            failure = Optional.empty();
        } catch (ReplicaException e) {
            failure = Optional.of(e.failure());
        } catch (IOException e) {
            failure = Optional.of(new RelayFailure.Authentication(0));
        } catch (RuntimeException e) {
            log.error("link.fault", "setting up failed", "kind", e.getClass().getSimpleName());
            failure = Optional.of(new RelayFailure.Network("Setting up failed."));
        }
        CompletableFuture<Optional<RelayFailure>> told;
        lock.lock();
        try {
            if (failure.isEmpty() && (lost || !mayConnect() || !same(who))) {
                failure = Optional.of(new RelayFailure.Network("The connection was lost."));
            }
            if (failure.isEmpty()) {
                if (attempts++ > 0) {
                    metrics.reconnects.increment();
                }
                lastSeen = clock.millis();
                fault = fault != null && fault.code().equals("CACHE_CORRUPT") ? fault : null;
                connection = new CompletableFuture<>();
                uploader().online(present(service));
                move(SyncEvent.CONNECTED, "connected");
            } else {
                RelayFailure why = failure.get();
                if (why instanceof RelayFailure.Authentication) {
                    refused = true;
                }
                if (mayConnect() || refused) {
                    long at = clock.millis();
                    fault = new SyncStatus.Fault(why.code(), why.message(), at);
                    event(listener -> listener.error(why.code(), why.message(), at));
                }
                move(SyncEvent.FAILED, why.code());
            }
            told = attempt;
            if (same(who)) {
                attempt = new CompletableFuture<>();
            } else {
                // Somebody else waits for an attempt of theirs.
                told = new CompletableFuture<>();
            }
        } finally {
            lock.unlock();
        }
        if (failure.isPresent()) {
            present(gate).shut();
            log.info("link.failed", failure.get().message(), "code", failure.get().code());
        } else {
            exchanged(clock.millis());
        }
        told.complete(failure);
        return failure;
    }

    private void exchanged(long at) {
        lastSync.set(at);
        var _ = store().setLastSync(at);
    }

    private boolean same(Identity who) {
        Identity known = identity;
        return known != null && known.deviceId().equals(who.deviceId());
    }

    /// Rows that were to be sent bear some failures, so that they do not wait for ever without a
    /// word.
    ///
    /// @return how long to wait, if that is not as long as always
    private Optional<Duration> failed(Identity who, RelayFailure failure) {
        Optional<Duration> asked =
                failure instanceof RelayFailure.RateLimited(Duration after)
                        ? Optional.of(after)
                        : Optional.empty();
        boolean counts =
                failure instanceof RelayFailure.RateLimited
                        || failure instanceof RelayFailure.Server
                        || failure instanceof RelayFailure.Invalid;
        if (!counts
                || !identity()
                        .filter(known -> known.deviceId().equals(who.deviceId()))
                        .isPresent()) {
            return asked;
        }
        List<QueueRow> rows = store().takePending(Uploader.BATCH);
        if (rows.isEmpty()) {
            return asked;
        }
        Optional<Duration> wait = RetryPolicy.retry(failure, rows.getFirst().attempts() + 1);
        if (wait.isEmpty()) {
            var _ = store().failed(rows, failure.code(), failure.message());
            return asked;
        }
        store().keepAttempt(rows).join();
        return wait;
    }

    private void untilLost(Identity who) throws InterruptedException {
        lock.lock();
        try {
            while (!lost && mayConnect() && same(who)) {
                changed.await();
            }
            connection.complete(null);
            if (stopped) {
                return;
            }
            move(SyncEvent.CONNECTION_LOST, "connection lost");
        } finally {
            lock.unlock();
        }
        uploader().offline().join();
        present(gate).shut();
    }

    /// Waits; a change of the network ends it.
    ///
    /// @return whether the wait was cut short
    private boolean pause(Duration wait) throws InterruptedException {
        long left = wait.toNanos();
        int network = Networks.fingerprint();
        lock.lock();
        try {
            while (!hurry && left > 0 && mayConnect()) {
                long slice = Math.min(left, NETWORK_NANOS);
                left -= slice - changed.awaitNanos(slice);
                if (left > 0 && Networks.fingerprint() != network) {
                    log.info("link.network", "the network has changed");
                    return true;
                }
            }
            return left > 0;
        } finally {
            lock.unlock();
        }
    }

    private JazzSyncService service(Identity who) throws IOException {
        resetting.lock();
        try {
            lock.lock();
            try {
                JazzSyncService open = service;
                if (open != null) {
                    return open;
                }
                if (!same(who) || stopped) {
                    throw new IllegalStateException("there is nobody to connect any more");
                }
            } finally {
                lock.unlock();
            }
            return openService(who);
        } finally {
            resetting.unlock();
        }
    }

    private JazzSyncService openService(Identity who) throws IOException {
        byte[] authKey = Files.readAllBytes(config().authKeyFile());
        JazzSyncService made;
        try {
            if (authKey.length != 32
                    || !JazzSyncService.accountOf(authKey).text().equals(who.accountId())) {
                throw new IOException("the key is not that of the account");
            }
            made =
                    JazzSyncService.open(
                            authKey,
                            config().valuesFile(),
                            present(gate),
                            clock,
                            random,
                            metrics,
                            log);
        } finally {
            Arrays.fill(authKey, (byte) 0);
        }
        lock.lock();
        try {
            service = made;
        } finally {
            lock.unlock();
        }
        made.subscribeToUpdates(changes -> received(made, changes));
        return made;
    }

    private void received(JazzSyncService from, List<Change> changes) {
        resetting.lock();
        try {
            lock.lock();
            try {
                if (service != from) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            int count = 0;
            for (int at = 0; at < changes.size(); at += TOGETHER) {
                // In pieces, so that a push does not wait for all of them.
                count +=
                        store().receive(
                                        changes
                                                .subList(
                                                        at, Math.min(changes.size(), at + TOGETHER))
                                                .stream()
                                                .map(
                                                        one ->
                                                                new SyncStore.Received(
                                                                        one.entry(), one.whole()))
                                                .toList());
            }
            if (count > 0) {
                pulled.addAndGet(count);
                long cursor = store().latest();
                int sum = count;
                event(listener -> listener.entries(sum, cursor));
            }
        } catch (StoreException e) {
            log.warn("cache.write", "what came from the relay could not be kept");
        } finally {
            resetting.unlock();
        }
    }

    // ---- the background cycle

    private void cycle() {
        long swept = clock.millis();
        while (true) {
            try {
                Thread.sleep(Math.min(config().syncIntervalMs(), SWEEP_MS));
                lock.lock();
                try {
                    if (stopped) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                if (!store().isWritable()) {
                    var _ = store().probe();
                }
                long since = Math.abs(clock.millis() - swept);
                if (since >= Math.min(SWEEP_MS, config().syncIntervalMs())) {
                    swept = clock.millis();
                    var _ = store().sweep(config().cacheMaxSize());
                }
                uploader().kick();
                seen();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn("cycle.fault", "the cycle failed", "kind", e.getClass().getSimpleName());
            }
        }
    }

    /// Says from time to time that we are here.
    private void seen() {
        JazzSyncService open;
        Identity who;
        lock.lock();
        try {
            if (state != SyncState.ONLINE || clock.millis() - lastSeen < SEEN_MS) {
                return;
            }
            lastSeen = clock.millis();
            open = service;
            who = identity;
        } finally {
            lock.unlock();
        }
        if (open != null && who != null && !open.isTooNew()) {
            open.registerDevice(who.deviceId(), device(who));
        }
    }

    private final class UploadEvents implements Uploader.Host {
        @Override
        public void complete(long count, long millis) {
            long at = clock.millis();
            pushed.addAndGet(count);
            exchanged(at);
            long down = pulled.get();
            event(listener -> listener.syncComplete(count, down, millis, at));
        }

        @Override
        public void stuck() {
            present(gate).shut();
            connectionLost();
        }

        @Override
        public void error(String code, String message) {
            fault(code, message);
        }
    }
}
