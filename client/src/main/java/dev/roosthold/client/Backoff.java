package dev.roosthold.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next try: doubles with each failure up to a bound, and a random part
/// keeps many clients of one restarted relay from arriving together.
///
/// @param first upper bound of the first pause
/// @param most upper bound of all pauses
/// @param random need not be cryptographic
public record Backoff(Duration first, Duration most, RandomGenerator random) {

    /// Doubling a second 20 times is already far above any sensible bound.
    private static final int MAX_DOUBLINGS = 20;

    public Backoff {
        if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException("pauses from " + first + " to " + most);
        }
    }

    /// One second at first, three and a half at most: whoever was away for a night is back a few
    /// seconds after the relay is.
    public static Backoff reconnecting(RandomGenerator random) {
        return new Backoff(Duration.ofSeconds(1), Duration.ofMillis(3_500), random);
    }

    /// Between half of and the whole `first * 2^(failures-1)`, and never above `most`.
    ///
    /// @param failures how many tries failed in a row, at least 1
    public Duration pause(int failures) {
        if (failures < 1) {
            throw new IllegalArgumentException("no pause without a failure");
        }
        long doubled = first.toNanos() << Math.min(failures - 1, MAX_DOUBLINGS);
        boolean overflowed = doubled >> Math.min(failures - 1, MAX_DOUBLINGS) != first.toNanos();
        long bound = overflowed ? most.toNanos() : Math.min(doubled, most.toNanos());
        return Duration.ofNanos(bound / 2 + random.nextLong(bound / 2 + 1));
    }
}
