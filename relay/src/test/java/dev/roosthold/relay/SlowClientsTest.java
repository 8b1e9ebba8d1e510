package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What clients that keep the relay waiting do to the others, all of them of one address.
class SlowClientsTest {
    private static final String LARGE = "assets/slow-0000.bin";
    private static Path large;

    /// An answer larger than what the system holds for one connection. It cannot be compressed.
    @BeforeAll
    static void placeLargeFile() throws Exception {
        Path page = Path.of(SlowClientsTest.class.getResource("/web/index.html").toURI());
        large = page.resolveSibling(LARGE);
        Files.write(large, RelayRig.randomBytes(8 << 20));
    }

    @AfterAll
    static void removeLargeFile() throws IOException {
        Files.deleteIfExists(large);
    }

    @Test
    void othersAreServedWhileClientsAreSlow() throws Exception {
        try (var rig = start();
                var slow = new SlowClients(rig.relay().port(), 150, "/" + LARGE);
                var normal = new NormalClients(rig, 4)) {
            await().until(() -> slow.open() == 150);
            normal.forget();
            long direct = directMemory();
            await().atMost(Duration.ofSeconds(20)).until(() -> normal.count() > 1_000);
            assertThat(normal.problems()).isEmpty();
            assertThat(directMemory() - direct).isLessThan(64L << 20);
        }
    }

    /// Quiet and busy phases take turns, so that what else this computer does falls on both. A
    /// phase is cut into windows of five seconds; the windows' p99 are compared by their median,
    /// which one bad moment does not move.
    @Test
    @Tag("soak")
    void twoThousandSlowClientsForAMinuteDoNotDoubleTheLatencyOfOthers() throws Exception {
        var quiet = new Phases("without slow ones");
        var busy = new Phases("with 2,000 slow ones");
        try (var rig = start();
                var normal = new NormalClients(rig, 8)) {
            // The compiler of the JVM gets its work done before anything counts.
            Thread.sleep(20_000);
            for (int round = 0; round < 2; round++) {
                quiet.measure(normal, Duration.ofSeconds(30));
                try (var slow = new SlowClients(rig.relay().port(), 2_000, "/" + LARGE)) {
                    await().atMost(Duration.ofSeconds(20)).until(() -> slow.open() == 2_000);
                    busy.measure(normal, Duration.ofSeconds(60));
                    System.out.printf(
                            "slow clients: %d open, %d ended by the relay%n",
                            slow.open(), slow.ended());
                    assertThat(slow.ended()).isGreaterThan(1_000);
                }
                quiet.measure(normal, Duration.ofSeconds(30));
            }
            System.out.println(quiet);
            System.out.println(busy);
            System.out.printf(
                    "load average: %s%n", Files.readString(Path.of("/proc/loadavg")).strip());
            assertThat(normal.problems()).isEmpty();
        }
        assertThat(busy.median99()).isLessThan(2 * quiet.median99());
        assertThat(busy.all99()).isLessThan(2 * quiet.all99());
    }

    /// With a clock that runs, so that limits heal.
    private static RelayRig start() {
        return RelayRig.start(config -> config.withClock(InstantSource.system()));
    }

    private static long directMemory() {
        return io.netty.util.internal.PlatformDependent.usedDirectMemory();
    }

    /// Latencies of one kind of phase.
    private static final class Phases {
        private static final Duration WINDOW = Duration.ofSeconds(5);

        private final String name;
        private final List<long[]> windows = new ArrayList<>();

        Phases(String name) {
            this.name = name;
        }

        void measure(NormalClients clients, Duration time) throws InterruptedException {
            // What the change of phases does on the side of the clients belongs to neither.
            Thread.sleep(2_000);
            for (long left = time.toMillis(); left > 0; left -= WINDOW.toMillis()) {
                clients.forget();
                Thread.sleep(WINDOW);
                windows.add(clients.latencies());
            }
        }

        private static long quantile(long[] latencies, double q) {
            long[] sorted = latencies.clone();
            Arrays.sort(sorted);
            return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * q))];
        }

        private long[] all() {
            return windows.stream().flatMapToLong(LongStream::of).toArray();
        }

        long median99() {
            return quantile(
                    windows.stream().mapToLong(window -> quantile(window, 0.99)).toArray(), 0.5);
        }

        long all99() {
            return quantile(all(), 0.99);
        }

        @Override
        public String toString() {
            return "%s: %d requests, p50 %d us, p99 %d us, median p99 of %d windows %d us"
                    .formatted(
                            name,
                            all().length,
                            quantile(all(), 0.5) / 1_000,
                            all99() / 1_000,
                            windows.size(),
                            median99() / 1_000);
        }
    }

    /// People who use the relay: requests over connections that last and over new ones, and a
    /// socket.
    private static final class NormalClients implements AutoCloseable {
        private static final int REQUESTS_PER_CONNECTION = 50;

        private final RelayRig rig;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();
        private final List<Object> problems = new CopyOnWriteArrayList<>();
        private final Object lock = new Object();
        private long[] latencies = new long[1 << 16];
        private int count;

        NormalClients(RelayRig rig, int number) {
            this.rig = rig;
            for (int i = 0; i < number; i++) {
                threads.add(Thread.ofPlatform().name("normal " + i).start(this::requests));
            }
            threads.add(Thread.ofPlatform().name("normal socket").start(this::socket));
        }

        void forget() {
            synchronized (lock) {
                count = 0;
            }
        }

        int count() {
            synchronized (lock) {
                return count;
            }
        }

        long[] latencies() {
            synchronized (lock) {
                return Arrays.copyOf(latencies, count);
            }
        }

        List<Object> problems() {
            return problems;
        }

        /// Everybody has an account of their own: no account does more than people do.
        private void requests() {
            Person person = rig.signsUp();
            byte[] request =
                    ("GET /v1/account/profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                    + person.token()
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII);
            while (!stopped.get()) {
                long begun = System.nanoTime();
                try (var socket = new Socket("127.0.0.1", rig.relay().port())) {
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(10_000);
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    // The first latency includes the time for the connection.
                    for (int i = 0; i < REQUESTS_PER_CONNECTION && !stopped.get(); i++) {
                        socket.getOutputStream().write(request);
                        String status = answer(in);
                        if (!status.startsWith("HTTP/1.1 200 ")) {
                            problems.add(status);
                        }
                        took(System.nanoTime() - begun);
                        Thread.sleep(5);
                        begun = System.nanoTime();
                    }
                } catch (IOException | InterruptedException e) {
                    problems.add(e);
                }
            }
        }

        private void socket() {
            Client client = rig.signsUp().page().connected();
            while (!stopped.get()) {
                try {
                    long begun = System.nanoTime();
                    client.ask("ping", Map.of());
                    took(System.nanoTime() - begun);
                    Thread.sleep(5);
                } catch (InterruptedException | AssertionError e) {
                    problems.add(e);
                    return;
                }
            }
        }

        private void took(long nanos) {
            synchronized (lock) {
                if (count == latencies.length) {
                    latencies = Arrays.copyOf(latencies, count * 2);
                }
                latencies[count++] = nanos;
            }
        }

        /// Reads one answer and returns its first line.
        private static String answer(InputStream in) throws IOException {
            String first = line(in);
            int length = 0;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            in.skipNBytes(length);
            return first;
        }

        private static String line(InputStream in) throws IOException {
            var line = new StringBuilder();
            int b = in.read();
            for (; b >= 0 && b != '\n'; b = in.read()) {
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            if (b < 0) {
                throw new IOException("ended");
            }
            return line.toString();
        }

        @Override
        public void close() throws InterruptedException {
            stopped.set(true);
            for (Thread thread : threads) {
                thread.join(15_000);
            }
        }
    }
}
