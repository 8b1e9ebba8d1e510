package dev.roosthold.relay.store;

import java.time.Duration;

/// Whether writers of other relays are likely to be in the way now, because they were a short while
/// ago. Who expects it takes turns from the beginning: to find out costs a tenth of a second when
/// two wait for each other, and more than the write itself in any case.
///
/// The more often it is found to be true again, the longer it is believed. Thread-safe.
final class Contention {
    static final Duration SHORTEST = Duration.ofMillis(250);
    static final Duration LONGEST = Duration.ofSeconds(16);

    private long lengthNanos = SHORTEST.toNanos();
    private long untilNanos;
    private boolean seen;

    /// A write lost against another one.
    synchronized void lost(long nowNanos) {
        boolean again = seen && nowNanos - untilNanos < lengthNanos;
        lengthNanos = again ? Math.min(2 * lengthNanos, LONGEST.toNanos()) : SHORTEST.toNanos();
        untilNanos = nowNanos + lengthNanos;
        seen = true;
    }

    synchronized boolean isExpected(long nowNanos) {
        return seen && nowNanos - untilNanos < 0;
    }
}
