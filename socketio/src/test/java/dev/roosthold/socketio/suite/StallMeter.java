package dev.roosthold.socketio.suite;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Notices when the machine does not run this process for a while. The protocol suites prescribe a
/// patience of 200 ms; what happens to a heartbeat while nobody runs says nothing about the server.
final class StallMeter implements AutoCloseable {

    private static final long STEP_NANOS = 5_000_000;
    private static final long STALL_NANOS = 60_000_000;

    private final AtomicLong stalls = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().daemon().name("stall-meter").start(this::run);
    private volatile boolean stopped;

    /// Stalls of 60 ms and more so far.
    long stalls() {
        return stalls.get();
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }

    private void run() {
        long before = System.nanoTime();
        while (!stopped) {
            LockSupport.parkNanos(STEP_NANOS);
            long now = System.nanoTime();
            if (now - before > STALL_NANOS) {
                stalls.incrementAndGet();
            }
            before = now;
        }
    }
}
