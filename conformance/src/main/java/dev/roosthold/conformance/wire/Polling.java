package dev.roosthold.conformance.wire;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for a condition. Thread-safe: no state.
public final class Polling {
    private Polling() {}

    /// Looks at the condition every two milliseconds until it holds or the time is over.
    ///
    /// @return whether it held
    public static boolean until(Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(2_000_000);
        }
        return true;
    }
}
