package dev.roosthold.conformance.crowd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;

/// Sets the clock of the server forward and back, by up to two days, by the seed.
final class ClockTrouble implements Trouble {
    private final Clock clock;
    private final Random random;

    /// A clock that can be set.
    @FunctionalInterface
    interface Clock {
        /// @param offset from the real one
        void set(Duration offset) throws IOException;
    }

    ClockTrouble(Clock clock, long seed) {
        this.clock = clock;
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws IOException, InterruptedException {
        Thread.sleep(50 + random.nextInt(250));
        clock.set(
                switch (random.nextInt(4)) {
                    case 0 -> Duration.ofSeconds(random.nextInt(-60, 60));
                    case 1 -> Duration.ofMinutes(random.nextInt(-90, 90));
                    case 2 -> Duration.ofHours(random.nextInt(-48, 48));
                    default -> Duration.ZERO;
                });
        return Kind.CLOCK;
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
