package dev.roosthold.conformance.crowd;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/// Ends what belongs to the server without warning and starts it again, in an order and at times
/// drawn by the seed.
public final class KillTrouble implements Trouble {
    private final Duration longestLife;
    private final Random random;
    private final Deque<Death> left;

    /// Kills something and starts it again on the same address with the same data.
    @FunctionalInterface
    public interface Restart {
        /// Returns when it serves again.
        void killAndRestart() throws Exception;
    }

    /// A way to die.
    ///
    /// @param times how often
    record Death(Kind kind, int times, Restart restart) {}

    /// @param kills how many
    /// @param longestLife of the server between two kills, at least a tenth of a second
    public KillTrouble(Restart restart, int kills, Duration longestLife, long seed) {
        this(List.of(new Death(Kind.KILL, kills, restart)), longestLife, seed);
    }

    KillTrouble(List<Death> deaths, Duration longestLife, long seed) {
        this.longestLife = longestLife;
        this.random = new Random(seed);
        List<Death> all = new ArrayList<>();
        deaths.forEach(death -> all.addAll(Collections.nCopies(death.times(), death)));
        Collections.shuffle(all, random);
        this.left = new ArrayDeque<>(all);
    }

    @Override
    public Kind next() throws Exception {
        Death death = left.poll();
        if (death == null) {
            return Kind.DONE;
        }
        Thread.sleep(100 + random.nextLong(Math.max(1, longestLife.toMillis() - 100)));
        death.restart().killAndRestart();
        return death.kind();
    }

    @Override
    public void close() {
        // Everything was started again after its end.
    }
}
