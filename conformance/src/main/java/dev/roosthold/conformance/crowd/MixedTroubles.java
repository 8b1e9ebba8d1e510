package dev.roosthold.conformance.crowd;

import java.util.List;
import java.util.Random;

/// Several kinds of trouble, one thing at a time, in an order drawn by the seed; over when the main
/// kind is.
final class MixedTroubles implements Trouble {
    /// Of so many things one is of the main kind.
    private static final int OF = 4;

    private final Trouble main;
    private final List<Trouble> others;
    private final Random random;

    /// @param others at least one
    MixedTroubles(Trouble main, List<? extends Trouble> others, long seed) {
        this.main = main;
        this.others = List.copyOf(others);
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws Exception {
        return random.nextInt(OF) == 0
                ? main.next()
                : others.get(random.nextInt(others.size())).next();
    }

    @Override
    public List<Fault> faults() {
        return main.faults();
    }

    @Override
    public void close() {
        try (main) {
            others.forEach(Trouble::close);
        }
    }
}
