package dev.roosthold.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counts durations in buckets that are at most 1/32 wide, from 1 us to an hour. Thread-safe.
final class Latencies {

    private static final int STEPS = 32;

    private final AtomicLongArray buckets = new AtomicLongArray(64 * STEPS);

    void record(long nanos) {
        buckets.incrementAndGet(bucket(Math.max(1, nanos / 1_000)));
    }

    long count() {
        long count = 0;
        for (int i = 0; i < buckets.length(); i++) {
            count += buckets.get(i);
        }
        return count;
    }

    /// The duration in milliseconds below which that share of all durations lies.
    double quantileMs(double share) {
        long rank = (long) Math.ceil(count() * share);
        long seen = 0;
        for (int i = 0; i < buckets.length(); i++) {
            seen += buckets.get(i);
            if (seen >= rank && seen > 0) {
                return upperMicros(i) / 1_000.0;
            }
        }
        return 0;
    }

    private static int bucket(long micros) {
        int exponent = 63 - Long.numberOfLeadingZeros(micros);
        int step =
                exponent < 5
                        ? (int) ((micros - (1L << exponent)) << (5 - exponent))
                        : (int) ((micros >> (exponent - 5)) - STEPS);
        return exponent * STEPS + step;
    }

    private static double upperMicros(int bucket) {
        double base = Math.pow(2, bucket / STEPS);
        return base * (1 + (bucket % STEPS + 1) / (double) STEPS);
    }
}
