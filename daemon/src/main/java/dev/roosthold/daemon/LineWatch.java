package dev.roosthold.daemon;

import dev.roosthold.client.Scheduler;
import java.io.IOException;
import java.io.InputStream;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/// Notices what makes a connection doubtful long before silence does: this computer has slept, its
/// clock was set, or its addresses have changed. Looks every 3 s.
final class LineWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(3);

    /// A tick may be late, the clock may be slewed; sleep is longer.
    private static final Duration TOLERANCE = Duration.ofSeconds(4);

    private static final Path IPV4 = Path.of("/proc/net/fib_trie");
    private static final Path IPV6 = Path.of("/proc/net/if_inet6");

    /// Bytes of each that are looked at; a router's are longer.
    private static final int MOST = 64 * 1024;

    private final Scheduler scheduler;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Runnable doubt;
    private long lastWallMs;
    private long lastNanos;
    private Object lastAddresses = "";
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
        var _ = scheduler.after(PERIOD, this::look);
    }

    private void look() {
        if (closed) {
            return;
        }
        long wallMs = clock.millis() - lastWallMs;
        long timerMs = (nanos.getAsLong() - lastNanos) / 1_000_000;
        Object before = lastAddresses;
        remember();
        // Timers of some systems stand still in sleep and of others do not; the clock of day never
        // does.
        boolean slept =
                Math.abs(wallMs - timerMs) > TOLERANCE.toMillis()
                        || timerMs > PERIOD.plus(TOLERANCE).toMillis();
        if (slept || !before.equals(lastAddresses)) {
            Thread.startVirtualThread(
                    () -> {
                        doubt.run();
                        later();
                    });
        } else {
            later();
        }
    }

    private void remember() {
        lastWallMs = clock.millis();
        lastNanos = nanos.getAsLong();
        lastAddresses = addresses();
    }

    /// Something that is equal as long as the addresses are. Linux shows them in two small files of
    /// its memory; asking for each network card costs many times as much, which for a daemon that
    /// does nothing else is a good part of all that it does.
    private static Object addresses() {
        try {
            return sum(IPV4) << 32 | (Files.exists(IPV6) ? sum(IPV6) : 0);
        } catch (IOException _) {
            return addressesOfCards();
        }
    }

    private static long sum(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            CRC32 sum = new CRC32();
            sum.update(in.readNBytes(MOST));
            return sum.getValue();
        }
    }

    private static Set<String> addressesOfCards() {
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
