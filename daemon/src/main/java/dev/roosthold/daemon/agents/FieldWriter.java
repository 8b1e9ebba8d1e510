package dev.roosthold.daemon.agents;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.SocketGoneException;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.client.sessions.SessionUpdater;
import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Brings a session's metadata and agent state to the relay: what is wanted last, as soon as there
/// is a connection, again and again until it is there. Wishes that follow each other quickly become
/// one write. Thread-safe.
final class FieldWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FieldWriter.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final SessionUpdater updater;
    private final Supplier<Optional<RelaySocket>> socket;
    private final Runnable missing;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<SessionField, Wish> wishes = new EnumMap<>(SessionField.class);
    private final Map<SessionField, Versioned> bases = new EnumMap<>(SessionField.class);
    private boolean closed;

    private record Wish(UnaryOperator<ObjectNode> change) {}

    /// @param missing called when the relay has no such session any more
    FieldWriter(
            SessionId session,
            EncryptedJson encryption,
            Supplier<Optional<RelaySocket>> socket,
            Runnable missing,
            RandomGenerator random) {
        this.socket = socket;
        this.missing = missing;
        updater =
                new SessionUpdater(
                        session,
                        encryption,
                        new Backoff(Duration.ofMillis(20), Duration.ofMillis(500), random),
                        Thread::sleep);
        thread = Thread.ofVirtual().name("roost-fields").start(this::run);
    }

    /// @param change gives the same result when applied to its own result
    void want(SessionField field, UnaryOperator<ObjectNode> change) {
        lock.lock();
        try {
            wishes.put(field, new Wish(change));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// After each connect.
    void connected() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Whether a wish for the field has reached the relay since this object was made.
    boolean everWritten(SessionField field) {
        lock.lock();
        try {
            return bases.containsKey(field);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the relay has everything.
    ///
    /// @return whether it has in time
    boolean await(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (!wishes.isEmpty() && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return wishes.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                lock.lockInterruptibly();
                try {
                    while (wishes.isEmpty() && !closed) {
                        changed.await();
                    }
                    if (closed) {
                        return;
                    }
                    if (socket.get().isEmpty()) {
                        // The end of a connection is not told, and a new one may just be coming.
                        long _ = changed.awaitNanos(RETRY.toNanos());
                        continue;
                    }
                } finally {
                    lock.unlock();
                }
                for (SessionField field : SessionField.values()) {
                    write(field);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("closed");
        }
    }

    private void write(SessionField field) throws InterruptedException {
        Wish wish;
        Versioned base;
        lock.lock();
        try {
            wish = wishes.get(field);
            base = bases.getOrDefault(field, new Versioned(null, 0));
        } finally {
            lock.unlock();
        }
        Optional<RelaySocket> live = socket.get();
        if (wish == null || live.isEmpty()) {
            return;
        }
        try {
            switch (updater.update(live.get(), field, base, wish.change(), PATIENCE)) {
                case UpdateResult.Saved(Versioned current) -> done(field, wish, current);
                case UpdateResult.Unreadable(Versioned current) -> {
                    LOG.warn("{} of a session was written with another key", field);
                    done(field, wish, current);
                }
                case UpdateResult.Missing _ -> {
                    done(field, wish, null);
                    missing.run();
                }
                case UpdateResult.Refused(String message) -> {
                    LOG.debug("{} was refused: {}", field, message);
                    Thread.sleep(RETRY);
                }
            }
        } catch (SocketGoneException e) {
            LOG.debug("{} is written with the next connection", field);
        }
    }

    private void done(SessionField field, Wish wish, @Nullable Versioned current) {
        lock.lock();
        try {
            if (current != null) {
                bases.put(field, current);
            }
            wishes.remove(field, wish);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
