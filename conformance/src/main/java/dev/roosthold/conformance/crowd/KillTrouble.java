package dev.roosthold.conformance.crowd;

import java.time.Duration;
import java.util.Random;

/// Kills the server without warning and starts it again, so many times, by the seed.
public final class KillTrouble implements Trouble {
    private final Restart restart;
    private final Duration longestLife;
    private final Random random;
    private int left;

    /// Kills the server and starts it again on the same address with the same data.
    @FunctionalInterface
    public interface Restart {
        /// Returns when the server serves again.
        void killAndRestart() throws Exception;
    }

    /// @param kills how many
    /// @param longestLife of the server between two kills, at least a tenth of a second
    public KillTrouble(Restart restart, int kills, Duration longestLife, long seed) {
        this.restart = restart;
        this.left = kills;
        this.longestLife = longestLife;
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws Exception {
        if (left == 0) {
            return Kind.DONE;
        }
        left--;
        Thread.sleep(100 + random.nextLong(Math.max(1, longestLife.toMillis() - 100)));
        restart.killAndRestart();
        return Kind.KILL;
    }

    @Override
    public void close() {
        // The server was started again after each kill.
    }
}
