package dev.roosthold.relay.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.InstantSource;
import java.util.function.Consumer;

/// One token bucket for each key, for the keys used most recently. Thread-safe.
public final class RateLimiter implements SharedLimit {
    private static final int MAX_KEYS = 100_000;

    private final Cache<String, TokenBucket> buckets =
            Caffeine.newBuilder().maximumSize(MAX_KEYS).build();
    private final Rate rate;
    private final InstantSource clock;
    private volatile Consumer<String> listener = _ -> {};

    public RateLimiter(Rate rate, InstantSource clock) {
        this.rate = rate;
        this.clock = clock;
    }

    /// Whether it may happen once more now for this key.
    public boolean tryTake(String key) {
        long now = clock.millis();
        boolean taken = bucket(key, now).tryTake(now);
        if (taken) {
            listener.accept(key);
        }
        return taken;
    }

    @Override
    public void whenCounted(Consumer<String> told) {
        listener = told;
    }

    @Override
    public void countedElsewhere(String key, int times) {
        long now = clock.millis();
        bucket(key, now).take(times, now);
    }

    private TokenBucket bucket(String key, long now) {
        return buckets.get(key, _ -> new TokenBucket(rate, now));
    }
}
