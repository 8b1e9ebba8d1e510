package dev.roosthold.relay.rpc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.roosthold.protocol.AccountId;
import java.time.Duration;
import java.time.InstantSource;

/// Which machines and sessions have lost a connection a short while ago. Thread-safe and bounded;
/// when it is full, calls to those it forgets are answered without waiting.
final class Departures {
    private static final int MAX = 100_000;

    private record Id(AccountId account, String id) {}

    private final Cache<Id, Boolean> recent;

    Departures(Duration remembered, InstantSource clock) {
        recent =
                Caffeine.newBuilder()
                        .maximumSize(MAX)
                        .expireAfterWrite(remembered)
                        .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                        .executor(Runnable::run)
                        .build();
    }

    void note(AccountId account, String id) {
        recent.put(new Id(account, id), true);
    }

    boolean isRecent(AccountId account, String id) {
        return recent.getIfPresent(new Id(account, id)) != null;
    }
}
