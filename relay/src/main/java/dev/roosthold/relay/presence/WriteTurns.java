package dev.roosthold.relay.presence;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Bounds the changes that are on their way to the store at once, and keeps the keys whose turn
/// comes later. The store refuses what is too much for it, from whomever it comes: thousands of
/// clients that go in one moment must not take the places of what others write. Thread-safe.
final class WriteTurns<K> {
    /// Enough to fill commits, and a small part of the 10,000 writes that may wait in a store.
    private static final int AT_ONCE = 500;

    private final AtomicInteger underWay = new AtomicInteger();
    private final Queue<K> later = new ConcurrentLinkedQueue<>();

    boolean areFree() {
        return underWay.get() < AT_ONCE;
    }

    void begin() {
        underWay.incrementAndGet();
    }

    void end() {
        underWay.decrementAndGet();
    }

    /// The key gets its turn when others are over.
    void later(K key) {
        later.add(key);
    }

    /// The next that waits; null when none does.
    @Nullable K next() {
        return later.poll();
    }
}
