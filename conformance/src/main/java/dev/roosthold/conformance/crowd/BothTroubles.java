package dev.roosthold.conformance.crowd;

import java.util.List;
import java.util.Random;

/// Two kinds of trouble, one thing at a time, in an order drawn by the seed; over when the first
/// kind is.
final class BothTroubles implements Trouble {
    /// Of so many things one is of the first kind.
    private static final int OF = 4;

    private final Trouble first;
    private final Trouble second;
    private final Random random;

    BothTroubles(Trouble first, Trouble second, long seed) {
        this.first = first;
        this.second = second;
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws Exception {
        return random.nextInt(OF) == 0 ? first.next() : second.next();
    }

    @Override
    public List<Fault> faults() {
        return first.faults();
    }

    @Override
    public void close() {
        try {
            second.close();
        } finally {
            first.close();
        }
    }
}
