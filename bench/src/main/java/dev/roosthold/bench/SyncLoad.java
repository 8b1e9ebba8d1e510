package dev.roosthold.bench;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Two sync daemons and our Jazz relay, each in a process of its own: the history of one device up,
/// and down to another; new entries seen on the other device; many clients at once; memory at rest.
/// The daemons are started as people start them, with `roost sync daemon`.
///
/// Arguments: entries (10000), then the command, as in [DaemonLoad].
public final class SyncLoad {
    private static final int BATCH = 500;
    private static final int STARTS = 11;
    private static final double TICK_MS = 10;
    private static boolean missed;

    private SyncLoad() {}

    public static void main(String[] args) throws Exception {
        int entries = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        String roost = Launcher.named(args, 1);
        System.out.println("measured is " + roost);
        Launcher.prepare(roost);
        Path folder = Files.createTempDirectory("sync");
        System.out.printf(
                Locale.ROOT,
                "%d entries, %d processors, load %s, fsync %.2f ms%n",
                entries,
                Host.processors(),
                Host.loadAverage(),
                Host.fsyncMs(folder));
        try (var relay = ServerProcess.jazz(folder.resolve("relay"))) {
            String url = "ws://127.0.0.1:" + relay.port();
            byte[] key = new byte[32];
            new Random().nextBytes(key);
            starts(roost, folder.resolve("starts"), url);
            try (var a = new Daemon(roost, folder.resolve("a"), url)) {
                a.client().init(key);
                long start = System.nanoTime();
                for (int at = 0; at < entries; at += BATCH) {
                    a.client().push(Math.min(BATCH, entries - at));
                }
                double pushed = seconds(start);
                while (a.client().number("sync.status", "pendingUp") > 0) {
                    Thread.sleep(5);
                }
                System.out.printf(Locale.ROOT, "%-34s %10.2f s%n", "answered", pushed);
                row("up, until the relay confirmed", seconds(start), "s", 6);
                try (var b = new Daemon(roost, folder.resolve("b"), url)) {
                    start = System.nanoTime();
                    b.client().init(key);
                    while (b.client().cached() < entries) {
                        Thread.sleep(5);
                    }
                    row("down, until cached", seconds(start), "s", 6);
                    visible(a, b);
                    pushOne(a);
                    pings(a);
                    Thread.sleep(65_000);
                    memory("first", a);
                    memory("second", b);
                }
            }
        }
        System.out.println("load average at the end: " + Host.loadAverage());
        System.exit(missed ? 1 : 0);
    }

    private static void starts(String roost, Path home, String url) throws Exception {
        var times = new ArrayList<Double>();
        var processor = new ArrayList<Double>();
        for (int i = 0; i < STARTS; i++) {
            try (var daemon = new Daemon(roost, home.resolve("" + i), url)) {
                times.add(daemon.startedMs);
                processor.add(daemon.processorMs);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-34s %10.0f ms, most %.0f; of a processor, median %.0f%n",
                "start to first ping, least",
                quantile(times, 0),
                quantile(times, 1),
                quantile(processor, 0.5));
        row("start to first ping, median of " + STARTS, quantile(times, 0.5), "ms", 500);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static void memory(String device, Daemon daemon) throws IOException {
        row("resident memory, " + device + " device", daemon.memoryMb("VmRSS:"), "MiB", 128);
        System.out.printf(
                Locale.ROOT,
                "%-34s %10.2f MiB%n",
                "of that anonymous",
                daemon.memoryMb("RssAnon:"));
    }

    private static void row(String what, double value, String unit, double bar) {
        boolean good = value < bar;
        missed |= !good;
        System.out.printf(
                Locale.ROOT,
                "%-34s %10.2f %-3s bar %.0f%s%n",
                what,
                value,
                unit,
                bar,
                good ? "" : "  MISSED");
    }

    /// From the moment that a push begins until a pull on the other device returns the entry.
    private static void visible(Daemon a, Daemon b) throws Exception {
        var times = new ArrayList<Double>();
        // Numbers of entries run ahead of the clock when many come at once.
        long cursor = 0;
        Json.Obj read;
        do {
            read = b.client().call("sync.pull", "{\"since\":" + cursor + ",\"limit\":1000}");
            cursor = (long) number(read, "nextCursor");
        } while (Json.of(true).equals(read.get("hasMore")));
        for (int i = 0; i < 200; i++) {
            long start = System.nanoTime();
            String id = a.client().push(1);
            while (true) {
                Json.Obj page =
                        b.client().call("sync.pull", "{\"since\":" + cursor + ",\"limit\":1000}");
                if (JsonText.compact(page).contains(id)) {
                    times.add((System.nanoTime() - start) / 1e6);
                    cursor = (long) number(page, "nextCursor");
                    break;
                }
                Thread.sleep(1);
            }
        }
        row("visible on the other device, p95", quantile(times, 0.95), "ms", 1000);
    }

    private static void pushOne(Daemon a) throws IOException {
        var times = new ArrayList<Double>();
        for (int i = 0; i < 500; i++) {
            long start = System.nanoTime();
            a.client().push(1);
            times.add((System.nanoTime() - start) / 1e6);
        }
        row("push of one entry, p99", quantile(times, 0.99), "ms", 10);
    }

    private static void pings(Daemon a) throws Exception {
        var times = new ConcurrentLinkedQueue<Double>();
        var threads = new ArrayList<Thread>();
        long end = System.nanoTime() + 5_000_000_000L;
        for (int i = 0; i < 100; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try (var client = new Client(a.socket)) {
                                            while (System.nanoTime() < end) {
                                                long start = System.nanoTime();
                                                client.call("daemon.ping", "{}");
                                                times.add((System.nanoTime() - start) / 1e6);
                                                Thread.sleep(50);
                                            }
                                        } catch (IOException | InterruptedException e) {
                                            System.err.println(e);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        row("ping with 100 clients, p99", quantile(new ArrayList<>(times), 0.99), "ms", 20);
    }

    private static double quantile(List<Double> times, double share) {
        double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    }

    private static double number(Json.Obj object, String name) {
        return object.get(name) instanceof Json.Num(double value) ? value : -1;
    }

    /// A daemon and a connection to it.
    private static final class Daemon implements AutoCloseable {
        final Path socket;
        final double startedMs;

        /// Time of a processor, user and system, until then.
        final double processorMs;

        private final Process process;
        private final Client client;

        Daemon(String roost, Path home, String relay) throws IOException, InterruptedException {
            Files.createDirectories(home);
            socket = home.resolve(".config/cmdai/sync.sock");
            var command = List.of(roost, "sync", "daemon", "--relay", relay);
            var builder = new ProcessBuilder(command).inheritIO();
            builder.environment().put("HOME", home.toString());
            long start = System.nanoTime();
            process = builder.start();
            Client made = null;
            while (made == null) {
                try {
                    made = new Client(socket);
                } catch (IOException e) {
                    if (!process.isAlive()) {
                        throw e;
                    }
                    Thread.sleep(2);
                }
            }
            client = made;
            client.call("daemon.ping", "{}");
            startedMs = (System.nanoTime() - start) / 1e6;
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            processorMs = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MS;
        }

        Client client() {
            return client;
        }

        /// @param field of the kernel: `VmRSS:`, of that `RssAnon:` is anonymous
        double memoryMb(String field) throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith(field)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
            throw new IOException("the kernel does not tell " + field);
        }

        @Override
        public void close() throws IOException {
            client.close();
            process.destroy();
            process.onExit().join();
        }
    }

    /// A connection to a daemon.
    private static final class Client implements AutoCloseable {
        private final SocketChannel channel;
        private final java.io.BufferedReader in;
        private final Random random = new Random(7);

        Client(Path socket) throws IOException {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            in = new java.io.BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        }

        Json.Obj call(String method, String params) throws IOException {
            ByteBuffer out =
                    ByteBuffer.wrap(
                            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                                            + method
                                            + "\",\"params\":"
                                            + params
                                            + "}\n")
                                    .getBytes(StandardCharsets.UTF_8));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            String line = in.readLine();
            if (line != null
                    && Json.parse(line) instanceof Json.Obj answer
                    && answer.get("result") instanceof Json.Obj result) {
                return result;
            }
            throw new IOException(method + ": " + line);
        }

        void init(byte[] key) throws IOException {
            call(
                    "sync.init",
                    "{\"authKey\":\""
                            + Base64.getEncoder().encodeToString(key)
                            + "\",\"deviceName\":\"bench\",\"platform\":\"linux\"}");
        }

        double number(String method, String name) throws IOException {
            return SyncLoad.number(call(method, "{}"), name);
        }

        double cached() throws IOException {
            return call("daemon.health", "{}").get("cache") instanceof Json.Obj cache
                    ? SyncLoad.number(cache, "entries") - 2
                    : -1;
        }

        /// @return the id of the last entry
        String push(int count) throws IOException {
            var entries = new ArrayList<Json>();
            String id = "";
            for (int i = 0; i < count; i++) {
                byte[] blob = new byte[229];
                random.nextBytes(blob);
                blob[0] = 1;
                id = UUID.randomUUID().toString();
                Map<String, Json> entry = new LinkedHashMap<>();
                entry.put("id", Json.of(id));
                entry.put("type", Json.of("command"));
                entry.put("encrypted", Json.of(Base64.getEncoder().encodeToString(blob)));
                Map<String, Json> metadata = new LinkedHashMap<>();
                metadata.put("deviceId", Json.of("00000000-0000-4000-8000-000000000001"));
                metadata.put("createdAt", Json.of((double) System.currentTimeMillis()));
                metadata.put("safetyLevel", Json.of("safe"));
                metadata.put("executed", Json.of(true));
                entry.put("metadata", new Json.Obj(metadata));
                entries.add(new Json.Obj(entry));
            }
            call(
                    "sync.push",
                    JsonText.compact(
                            new Json.Obj(
                                    Map.of("entries", Json.array(entries.toArray(Json[]::new))))));
            return id;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
