package dev.roosthold.daemon;

import dev.roosthold.client.Scheduler;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/// Notices what makes a connection doubtful long before silence does: this computer has slept, its
/// clock was set, or its addresses have changed. Looks every 3 s.
final class LineWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(3);

    /// A tick may be late, the clock may be slewed; sleep is longer.
    private static final Duration TOLERANCE = Duration.ofSeconds(4);

    private final Scheduler scheduler;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Runnable doubt;
    private long lastWallMs;
    private long lastNanos;
    private Set<String> lastAddresses = Set.of();
    private volatile boolean closed;

    /// @param doubt called on a thread of its own
    LineWatch(Scheduler scheduler, Clock clock, LongSupplier nanos, Runnable doubt) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.nanos = nanos;
        this.doubt = doubt;
    }

    void start() {
        Thread.startVirtualThread(
                () -> {
                    remember();
                    later();
                });
    }

    private void later() {
        var _ = scheduler.after(PERIOD, () -> Thread.startVirtualThread(this::look));
    }

    private void look() {
        if (closed) {
            return;
        }
        long wallMs = clock.millis() - lastWallMs;
        long timerMs = (nanos.getAsLong() - lastNanos) / 1_000_000;
        Set<String> before = lastAddresses;
        remember();
        // Timers of some systems stand still in sleep and of others do not; the clock of day never
        // does.
        boolean slept =
                Math.abs(wallMs - timerMs) > TOLERANCE.toMillis()
                        || timerMs > PERIOD.plus(TOLERANCE).toMillis();
        if (slept || !before.equals(lastAddresses)) {
            doubt.run();
        }
        later();
    }

    private void remember() {
        lastWallMs = clock.millis();
        lastNanos = nanos.getAsLong();
        lastAddresses = addresses();
    }

    private static Set<String> addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .map(address -> address.getHostAddress())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (SocketException _) {
            return Set.of();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
