package dev.roosthold.protocol.messages;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Makes the stamps of one session: fresh ids, and times that never repeat or go back, so that
/// messages are shown in the order in which they were made also when the clock is set back or two
/// fall into one millisecond. Thread-safe when its random source is.
public final class Stamps {
    private static final int ID_LENGTH = 24;
    private static final int LETTERS = 26;
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

    private final Clock clock;
    private final RandomGenerator random;
    private final AtomicLong last = new AtomicLong(Long.MIN_VALUE);

    /// @param random unpredictable, so that ids of two processes never meet
    public Stamps(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /// A stamp outside of turns.
    public Stamp next() {
        long now = clock.millis();
        return Stamp.of(id(), last.updateAndGet(before -> before >= now ? before + 1 : now));
    }

    /// A fresh id for a message, turn, tool call or subagent: 24 lower-case letters and digits, the
    /// first a letter.
    public String id() {
        StringBuilder id = new StringBuilder(ID_LENGTH);
        id.append(DIGITS.charAt(random.nextInt(LETTERS)));
        while (id.length() < ID_LENGTH) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return id.toString();
    }
}
