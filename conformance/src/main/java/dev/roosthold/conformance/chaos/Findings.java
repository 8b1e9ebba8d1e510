package dev.roosthold.conformance.chaos;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/// What a run has seen. Thread-safe.
final class Findings {
    private static final int MOST = 200;

    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final LongAdder stored = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder cuts = new LongAdder();
    private final LongAdder continued = new LongAdder();
    private final LongAdder anew = new LongAdder();

    void wrong(String what) {
        if (wrong.size() < MOST) {
            wrong.add(what);
        }
    }

    void stored() {
        stored.increment();
    }

    void delivered() {
        delivered.increment();
    }

    void called(boolean ok) {
        (ok ? answered : refused).increment();
    }

    void cut() {
        cuts.increment();
    }

    void connected(boolean recovered) {
        (recovered ? continued : anew).increment();
    }

    ChaosReport report(long seed, int kills) {
        return new ChaosReport(
                seed,
                stored.sum(),
                delivered.sum(),
                answered.sum(),
                refused.sum(),
                cuts.sum(),
                continued.sum(),
                anew.sum(),
                kills,
                List.copyOf(wrong));
    }
}
