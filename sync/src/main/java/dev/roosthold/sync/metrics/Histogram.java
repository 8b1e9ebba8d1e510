package dev.roosthold.sync.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;

/// How many values were at most so large. Thread-safe.
public final class Histogram {
    static final double[] BUCKETS = {
        5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, Double.POSITIVE_INFINITY
    };

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS.length);
    private final DoubleAdder sum = new DoubleAdder();

    /// Counts one.
    ///
    /// @param millis the value
    public void add(double millis) {
        int at = 0;
        while (millis > BUCKETS[at]) {
            at++;
        }
        counts.incrementAndGet(at);
        sum.add(millis);
    }

    /// Values up to each bound, the last is all.
    long[] cumulative() {
        long[] out = new long[BUCKETS.length];
        long total = 0;
        for (int i = 0; i < out.length; i++) {
            total += counts.get(i);
            out[i] = total;
        }
        return out;
    }

    double sum() {
        return sum.sum();
    }

    static String bound(int i) {
        return i == BUCKETS.length - 1 ? "+Inf" : Integer.toString((int) BUCKETS[i]);
    }
}
