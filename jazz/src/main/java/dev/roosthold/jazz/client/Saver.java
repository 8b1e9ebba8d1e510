package dev.roosthold.jazz.client;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.store.SqliteStore;
import dev.roosthold.jazz.store.StoreException;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Writes what has changed to the file, on a thread of its own. All changes of the time that one
/// commit takes go together into the next; the lock is held only for listing them.
///
/// When the disk fails, what is unsaved stays listed and is tried again every second.
final class Saver {
    private static final System.Logger LOG = System.getLogger(Saver.class.getName());

    private final SqliteStore store;
    private final ReentrantLock lock;
    private final Condition work;
    private final Executor completions;
    private final Supplier<Set<CoId>> unsynced;

    private Set<ValueLog> changed = new LinkedHashSet<>();
    private List<CompletableFuture<Void>> waiters = new ArrayList<>();
    private Set<CoId> savedOutbox;
    private boolean outboxChanged;
    private boolean closed;
    private volatile @Nullable StoreException failure;
    private @Nullable Thread thread;

    Saver(
            SqliteStore store,
            ReentrantLock lock,
            Executor completions,
            Set<CoId> savedOutbox,
            Supplier<Set<CoId>> unsynced) {
        this.store = store;
        this.lock = lock;
        this.work = lock.newCondition();
        this.completions = completions;
        this.savedOutbox = new LinkedHashSet<>(savedOutbox);
        this.unsynced = unsynced;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("jazz-save").start(this::run);
    }

    /// With the lock held.
    void changed(ValueLog log) {
        changed.add(log);
        work.signal();
    }

    /// With the lock held: values may have been confirmed.
    void outboxChanged() {
        outboxChanged = true;
        work.signal();
    }

    /// With the lock held: completes when all changes until now are on the disk.
    CompletableFuture<Void> saved() {
        var saved = new CompletableFuture<Void>();
        waiters.add(saved);
        work.signal();
        return saved;
    }

    /// Why the last attempt failed, or null.
    @Nullable StoreException failure() {
        return failure;
    }

    /// Saves what is left.
    void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        while (true) {
            Set<ValueLog> logs;
            List<CompletableFuture<Void>> done;
            List<SqliteStore.Gain> gains;
            Set<CoId> outbox;
            boolean last;
            lock.lock();
            try {
                while (!closed && changed.isEmpty() && waiters.isEmpty() && !outboxChanged) {
                    work.awaitUninterruptibly();
                }
                last = closed;
                logs = changed;
                done = waiters;
                changed = new LinkedHashSet<>();
                waiters = new ArrayList<>();
                outboxChanged = false;
                gains = store.capture(logs);
                outbox = new LinkedHashSet<>(unsynced.get());
            } finally {
                lock.unlock();
            }
            if (commit(gains, outbox)) {
                done.forEach(saved -> saved.completeAsync(() -> null, completions));
            } else {
                keep(logs, done, last);
            }
            if (last) {
                return;
            }
        }
    }

    private boolean commit(List<SqliteStore.Gain> gains, Set<CoId> outbox) {
        var added = new LinkedHashSet<>(outbox);
        added.removeAll(savedOutbox);
        var removed = new LinkedHashSet<>(savedOutbox);
        removed.removeAll(outbox);
        try {
            if (!gains.isEmpty() || !added.isEmpty() || !removed.isEmpty()) {
                store.commit(gains, new SqliteStore.Outbox(added, removed));
            }
            savedOutbox = outbox;
            failure = null;
            return true;
        } catch (StoreException e) {
            if (failure == null) {
                LOG.log(System.Logger.Level.ERROR, "values cannot be saved", e);
            }
            failure = e;
            return false;
        }
    }

    private void keep(Set<ValueLog> logs, List<CompletableFuture<Void>> done, boolean last) {
        if (last) {
            StoreException reason = failure;
            done.forEach(
                    saved ->
                            saved.completeExceptionally(
                                    reason == null ? new IllegalStateException() : reason));
            return;
        }
        lock.lock();
        try {
            changed.addAll(logs);
            waiters.addAll(0, done);
            long left = TimeUnit.SECONDS.toNanos(1);
            while (!closed && left > 0) {
                left = work.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
