package dev.roosthold.sync;

import dev.roosthold.sync.entry.SyncEntry;
import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.metrics.SyncMetrics;
import dev.roosthold.sync.replica.JazzSyncService;
import dev.roosthold.sync.store.Pushed;
import dev.roosthold.sync.store.QueueRow;
import dev.roosthold.sync.store.StoreException;
import dev.roosthold.sync.store.SyncStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Hands what is in the queue to the shared values, on one thread, in the order of the queue.
///
/// While nothing waits, what has just been committed goes on at once. What has waited is replayed
/// in batches, the next when the relay has confirmed the one before. A row leaves the queue only
/// when the relay has confirmed it; when the connection ends before that, it waits again, and the
/// next attempt finds that it is in the log already.
final class Uploader implements AutoCloseable {
    static final int BATCH = 100;

    /// Five attempts of ten seconds, and the waits between them.
    private static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(65);

    private static final long TICK_MS = 500;

    private final SyncStore store;
    private final SyncMetrics metrics;
    private final SyncLog log;
    private final Host host;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final List<Batch> batches = new ArrayList<>();
    private final List<CompletableFuture<Void>> idle = new ArrayList<>();
    private final Thread thread;

    private @Nullable JazzSyncService service;
    private boolean backlog = true;
    private boolean check;
    private long pushed;
    private long since = System.nanoTime();
    private volatile boolean direct;
    private volatile int outstanding;
    private volatile boolean closed;

    /// What the uploader tells.
    interface Host {
        /// Everything is confirmed.
        ///
        /// @param pushed entries since the last time
        void complete(long pushed, long millis);

        /// The relay does not confirm; the connection is of no use.
        void stuck();

        void error(String code, String message);
    }

    /// Rows that were handed on together.
    private record Batch(List<QueueRow> rows, long at, long committed) {}

    Uploader(SyncStore store, SyncMetrics metrics, SyncLog log, Host host) {
        this.store = store;
        this.metrics = metrics;
        this.log = log;
        this.host = host;
        thread = Thread.ofVirtual().name("sync-upload").start(this::run);
    }

    /// Whether what is committed now will be handed on at once.
    boolean isDirect() {
        return direct;
    }

    /// Batches that the relay has not confirmed.
    int outstanding() {
        return outstanding;
    }

    /// From now on it can be sent.
    void online(JazzSyncService with) {
        mailbox.add(
                () -> {
                    service = with;
                    backlog = true;
                });
        with.onHistory(this::kick);
    }

    /// From now on it cannot; completes when what was under way waits again.
    CompletableFuture<Void> offline() {
        direct = false;
        var done = new CompletableFuture<Void>();
        mailbox.add(
                () -> {
                    service = null;
                    direct = false;
                    for (Batch batch : batches) {
                        var _ = store.putBack(batch.rows());
                    }
                    batches.clear();
                    outstanding = 0;
                    backlog = true;
                    idle.forEach(one -> one.complete(null));
                    idle.clear();
                    done.complete(null);
                });
        if (closed) {
            done.complete(null);
        }
        return done;
    }

    /// Something may wait.
    void kick() {
        mailbox.add(() -> check = true);
    }

    /// Something waits, and what comes now goes behind it.
    void waiting() {
        mailbox.add(() -> backlog = true);
    }

    /// Completes when nothing waits and everything is confirmed, or there is no connection.
    CompletableFuture<Void> whenIdle() {
        var done = new CompletableFuture<Void>();
        mailbox.add(
                () -> {
                    check = true;
                    idle.add(done);
                });
        return done;
    }

    /// Rows that have just been committed as in flight. To be called in the order of the commits.
    ///
    /// @return whether they were handed on; if not, they wait
    CompletableFuture<Boolean> live(Pushed what) {
        var handed = new CompletableFuture<Boolean>();
        mailbox.add(
                () -> {
                    if (canSend() && !backlog) {
                        for (int at = 0; at < what.rows().size(); at += BATCH) {
                            send(
                                    what.rows()
                                            .subList(at, Math.min(what.rows().size(), at + BATCH)),
                                    what.committedNanos());
                        }
                        handed.complete(true);
                    } else {
                        var _ = store.putBack(what.rows());
                        backlog = true;
                        handed.complete(false);
                    }
                });
        return handed;
    }

    private boolean canSend() {
        JazzSyncService with = service;
        return with != null && with.isHistoryHere() && !with.isTooNew();
    }

    private void run() {
        while (!closed) {
            try {
                Runnable next = mailbox.poll(TICK_MS, TimeUnit.MILLISECONDS);
                while (next != null) {
                    next.run();
                    next = mailbox.poll();
                }
                replay();
                direct = canSend() && !backlog;
                checkTime();
            } catch (InterruptedException e) {
                return;
            } catch (StoreException e) {
                log.warn("upload.store", "the queue cannot be read or written");
                backlog = true;
            } catch (RuntimeException e) {
                log.error("upload.fault", "sending failed", "kind", e.getClass().getSimpleName());
                host.error("INTERNAL", "Sending failed.");
                backlog = true;
            }
        }
    }

    private void replay() {
        if (!(backlog || check) || !canSend() || !batches.isEmpty()) {
            tellIfIdle();
            return;
        }
        check = false;
        List<QueueRow> rows = store.takePending(BATCH);
        backlog = !rows.isEmpty();
        if (rows.isEmpty()) {
            tellIfIdle();
        } else {
            send(rows, System.nanoTime());
        }
    }

    private void tellIfIdle() {
        if (!batches.isEmpty() || ((backlog || check) && canSend())) {
            return;
        }
        if (pushed > 0 && canSend()) {
            host.complete(pushed, (System.nanoTime() - since) / 1_000_000);
            pushed = 0;
        }
        if (!canSend() && service != null) {
            return;
        }
        if (!idle.isEmpty()) {
            List<CompletableFuture<Void>> waiting = List.copyOf(idle);
            idle.clear();
            // What was confirmed has left the queue by then.
            var _ =
                    store.flushed()
                            .whenComplete((_, _) -> waiting.forEach(one -> one.complete(null)));
        }
    }

    private void send(List<QueueRow> rows, long committed) {
        JazzSyncService to = service;
        if (to == null || rows.isEmpty()) {
            return;
        }
        if (batches.isEmpty() && pushed == 0) {
            since = System.nanoTime();
        }
        var kept = new ArrayList<QueueRow>(rows.size());
        var entries = new ArrayList<SyncEntry>(rows.size());
        var broken = new ArrayList<QueueRow>();
        for (QueueRow row : rows) {
            try {
                entries.add(row.entry());
                kept.add(row);
            } catch (RuntimeException e) {
                broken.add(row);
            }
        }
        Set<SyncEntry> superseded;
        try {
            superseded = to.append(entries);
        } catch (RuntimeException e) {
            // One by one, so that one bad row does not hold up the others.
            superseded = new java.util.HashSet<>();
            for (Iterator<QueueRow> each = kept.iterator(); each.hasNext(); ) {
                QueueRow row = each.next();
                try {
                    superseded.addAll(to.append(List.of(row.entry())));
                } catch (RuntimeException second) {
                    each.remove();
                    broken.add(row);
                }
            }
        }
        if (!broken.isEmpty()) {
            log.warn("upload.invalid", "entries cannot be sent", "count", broken.size());
            var _ = store.failed(broken, "INVALID_DATA", "It cannot be sent.");
        }
        if (!superseded.isEmpty()) {
            var lost = new ArrayList<QueueRow>();
            for (Iterator<QueueRow> each = kept.iterator(); each.hasNext(); ) {
                QueueRow row = each.next();
                if (superseded.contains(row.entry())) {
                    each.remove();
                    lost.add(row);
                }
            }
            var _ = store.superseded(lost).thenAccept(this::again);
            metrics.superseded.add(lost.size());
        }
        if (kept.isEmpty()) {
            return;
        }
        var batch = new Batch(kept, System.nanoTime(), committed);
        batches.add(batch);
        outstanding = batches.size();
        var _ =
                to.synced()
                        .whenComplete((_, failure) -> mailbox.add(() -> confirmed(batch, failure)));
    }

    private void confirmed(Batch batch, @Nullable Throwable failure) {
        if (!batches.remove(batch)) {
            return;
        }
        outstanding = batches.size();
        if (failure != null) {
            log.warn(
                    "upload.refused",
                    "the relay does not take entries",
                    "count",
                    batch.rows().size());
            var _ = store.failed(batch.rows(), "INVALID_DATA", "The relay does not take it.");
            host.error("INVALID_DATA", "The relay does not take an entry.");
            return;
        }
        double millis = (System.nanoTime() - batch.committed()) / 1e6;
        batch.rows().forEach(_ -> metrics.latency().add(millis));
        pushed += batch.rows().size();
        log.debug("upload.confirmed", "the relay has entries", "count", batch.rows().size());
        var _ = store.acknowledged(batch.rows()).thenAccept(this::again);
    }

    /// Rows were merged with something newer while they were under way.
    private void again(int waiting) {
        if (waiting > 0) {
            kick();
        }
    }

    private void checkTime() {
        if (!batches.isEmpty() && System.nanoTime() - batches.getFirst().at() > CONFIRM_NANOS) {
            log.warn("upload.timeout", "the relay does not confirm");
            host.stuck();
            for (Batch batch : batches) {
                var _ = store.putBack(batch.rows());
            }
            batches.clear();
            outstanding = 0;
            service = null;
            backlog = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
