package dev.roosthold.relay.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.InstantSource;

/// One token bucket for each key, for the keys used most recently. Thread-safe.
public final class RateLimiter {
    private static final int MAX_KEYS = 100_000;

    private final Cache<String, TokenBucket> buckets =
            Caffeine.newBuilder().maximumSize(MAX_KEYS).build();
    private final Rate rate;
    private final InstantSource clock;

    public RateLimiter(Rate rate, InstantSource clock) {
        this.rate = rate;
        this.clock = clock;
    }

    /// Whether it may happen once more now for this key.
    public boolean tryTake(String key) {
        long now = clock.millis();
        return buckets.get(key, _ -> new TokenBucket(rate, now)).tryTake(now);
    }
}
