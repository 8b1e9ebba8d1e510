package dev.roosthold.relay.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Consumer;

/// Counts what happened for each key within the latest period, exactly, up to a limit. Thread-safe.
public final class SlidingWindow implements SharedLimit {
    private static final int MAX_KEYS = 100_000;
    private static final long NEVER = Long.MIN_VALUE / 2;

    /// Times of the latest events; the oldest is overwritten first.
    private static final class Times {
        private final long[] atMs;
        private int oldest;

        Times(int limit) {
            atMs = new long[limit];
            Arrays.fill(atMs, NEVER);
        }
    }

    private final Cache<String, Times> byKey = Caffeine.newBuilder().maximumSize(MAX_KEYS).build();
    private final int limit;
    private final long periodMs;
    private final InstantSource clock;
    private volatile Consumer<String> listener = _ -> {};

    public SlidingWindow(int limit, Duration period, InstantSource clock) {
        this.limit = limit;
        this.periodMs = period.toMillis();
        this.clock = clock;
    }

    /// Whether the limit has been reached for this key. When the clock is set back, what came after
    /// the time that it shows now does not count: otherwise a key could be shut out for as long.
    public boolean isFull(String key) {
        Times times = byKey.getIfPresent(key);
        if (times == null) {
            return false;
        }
        synchronized (times) {
            long now = clock.millis();
            long at = times.atMs[times.oldest];
            return at <= now && at > now - periodMs;
        }
    }

    /// Notes that it happened.
    public void add(String key) {
        note(key);
        listener.accept(key);
    }

    @Override
    public void whenCounted(Consumer<String> told) {
        listener = told;
    }

    @Override
    public void countedElsewhere(String key, int times) {
        for (int i = 0; i < Math.min(times, limit); i++) {
            note(key);
        }
    }

    private void note(String key) {
        Times times = byKey.get(key, _ -> new Times(limit));
        synchronized (times) {
            times.atMs[times.oldest] = clock.millis();
            times.oldest = (times.oldest + 1) % limit;
        }
    }
}
