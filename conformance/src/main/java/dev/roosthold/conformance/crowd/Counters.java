package dev.roosthold.conformance.crowd;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/// What a run counts. Thread-safe.
final class Counters {
    private static final int MOST_TROUBLES = 100;

    final LongAdder operations = new LongAdder();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder heard = new LongAdder();
    final LongAdder cuts = new LongAdder();
    final LongAccumulator slowestNanos = new LongAccumulator(Math::max, 0);
    private final List<String> troubles = new CopyOnWriteArrayList<>();

    void trouble(String what) {
        if (troubles.size() < MOST_TROUBLES) {
            troubles.add(what);
        }
    }

    List<String> troubles() {
        return troubles;
    }
}
