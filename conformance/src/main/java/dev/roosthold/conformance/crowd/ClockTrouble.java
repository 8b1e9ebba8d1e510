package dev.roosthold.conformance.crowd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;

/// Sets the clock of a server forward and back, a little or much, by the seed.
final class ClockTrouble implements Trouble {
    private final Clock clock;
    private final Duration longest;
    private final Random random;

    /// A clock that can be set.
    @FunctionalInterface
    interface Clock {
        /// @param offset from the real one
        void set(Duration offset) throws IOException;
    }

    /// @param longest how far it may be from the real one, in both directions
    ClockTrouble(Clock clock, Duration longest, long seed) {
        this.clock = clock;
        this.longest = longest;
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws IOException, InterruptedException {
        Thread.sleep(50 + random.nextInt(250));
        clock.set(
                switch (random.nextInt(4)) {
                    case 0 -> within(longest.dividedBy(3_000));
                    case 1 -> within(longest.dividedBy(30));
                    case 2 -> within(longest);
                    default -> Duration.ZERO;
                });
        return Kind.CLOCK;
    }

    private Duration within(Duration most) {
        return Duration.ofMillis(random.nextLong(-most.toMillis(), most.toMillis() + 1));
    }

    @Override
    public void close() {
        try {
            clock.set(Duration.ZERO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
