package dev.roosthold.relay.limits;

import java.time.InstantSource;
import java.util.OptionalLong;

/// How many lines of one kind may be logged, so that whoever makes the relay log cannot fill its
/// disk. What is withheld is counted and told by the next line. Thread-safe.
public final class LogBudget {
    private final TokenBucket bucket;
    private final InstantSource clock;
    private long withheld;

    private LogBudget(Rate rate, InstantSource clock) {
        this.bucket = new TokenBucket(rate, clock.millis());
        this.clock = clock;
    }

    /// By the system's clock: it bounds what is written really.
    public static LogBudget of(Rate rate) {
        return of(rate, InstantSource.system());
    }

    public static LogBudget of(Rate rate, InstantSource clock) {
        return new LogBudget(rate, clock);
    }

    /// Empty when the line must be withheld; otherwise how many were withheld since the one before.
    public synchronized OptionalLong tryTake() {
        if (!bucket.tryTake(clock.millis())) {
            withheld++;
            return OptionalLong.empty();
        }
        long before = withheld;
        withheld = 0;
        return OptionalLong.of(before);
    }
}
