package dev.roosthold.relay.watch;

import dev.roosthold.relay.http.HealthCheck;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the relay should be sent work: its database takes writes and it is not stopping.
/// Thread-safe.
///
/// The write that finds out costs a flush to the disk, so however often it is asked there is at
/// most one each second, and one at a time.
public final class Readiness implements HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private static final String STOPPING = "stopping";
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    /// Longer than a probe takes.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /// Somebody who asks at least this often routes by the answer.
    private static final long WATCHED_NANOS = Duration.ofMinutes(1).toNanos();

    private final Supplier<Optional<String>> storeFailure;
    private final Supplier<Optional<String>> writeFailure;
    private final ReentrantLock probing = new ReentrantLock();
    private final CountDownLatch told = new CountDownLatch(1);

    private volatile boolean stopping;
    private volatile boolean asked;
    private volatile long askedAtNanos;
    private volatile Optional<String> known = Optional.empty();
    private boolean probed;
    private long probedAtNanos;

    /// @param storeFailure why the store fails at present, for `/health`; may block
    /// @param writeFailure why a write would fail; may block for less than 3 seconds
    public Readiness(
            Supplier<Optional<String>> storeFailure, Supplier<Optional<String>> writeFailure) {
        this.storeFailure = storeFailure;
        this.writeFailure = writeFailure;
    }

    @Override
    public Optional<String> failure() {
        return storeFailure.get();
    }

    @Override
    public Optional<String> unready() {
        askedAtNanos = System.nanoTime();
        asked = true;
        if (!stopping) {
            Optional<String> reason = fresh();
            if (!stopping) {
                return reason;
            }
        }
        told.countDown();
        return Optional.of(STOPPING);
    }

    /// Whether it was ready when it was asked last, and is not stopping. Never blocks.
    public boolean lastKnown() {
        return !stopping && known.isEmpty();
    }

    /// From now on it is not ready. When somebody has been asking, waits until they were told, at
    /// most that long, so that a proxy can turn elsewhere before connections are refused.
    public void stop(Duration patience) {
        stopping = true;
        if (!asked || System.nanoTime() - askedAtNanos > WATCHED_NANOS) {
            return;
        }
        try {
            var _ = told.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> fresh() {
        try {
            if (!probing.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of("the database did not answer in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
        try {
            if (!probed || System.nanoTime() - probedAtNanos > FRESH_NANOS) {
                note(writeFailure.get());
                probed = true;
                probedAtNanos = System.nanoTime();
            }
            return known;
        } finally {
            probing.unlock();
        }
    }

    private void note(Optional<String> reason) {
        if (reason.isPresent() && known.isEmpty()) {
            LOG.atWarn().addKeyValue("reason", reason.get()).log("not ready");
        } else if (reason.isEmpty() && known.isPresent()) {
            LOG.info("ready again");
        }
        known = reason;
    }
}
