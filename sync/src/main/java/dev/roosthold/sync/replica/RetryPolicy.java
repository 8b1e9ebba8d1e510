package dev.roosthold.sync.replica;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How long to wait, and when to give up. Without state.
public final class RetryPolicy {
    private static final int[] RECONNECT = {1, 2, 4, 8, 16, 32, 60};

    private RetryPolicy() {}

    /// Before an operation is tried again.
    ///
    /// @param attempt which one has failed, from 1
    /// @return empty when it is not tried again
    public static Optional<Duration> retry(RelayFailure failure, int attempt) {
        return switch (failure) {
            case RelayFailure.Network _ -> exponential(attempt, 5);
            case RelayFailure.Server _ -> exponential(attempt, 3);
            case RelayFailure.RateLimited(Duration after) ->
                    attempt < 3 ? Optional.of(after) : Optional.empty();
            case RelayFailure.Authentication _, RelayFailure.Invalid _ -> Optional.empty();
        };
    }

    private static Optional<Duration> exponential(int attempt, int most) {
        return attempt < most
                ? Optional.of(Duration.ofSeconds(1L << (attempt - 1)))
                : Optional.empty();
    }

    /// Before the next attempt to reach a relay that is away, for ever.
    ///
    /// @param failures in a row, from 0
    public static Duration reconnect(int failures, RandomGenerator random) {
        int seconds = RECONNECT[Math.min(failures, RECONNECT.length - 1)];
        return Duration.ofMillis(Math.round(seconds * 1000 * (0.8 + 0.4 * random.nextDouble())));
    }
}
