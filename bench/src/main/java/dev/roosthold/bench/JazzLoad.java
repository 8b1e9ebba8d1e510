package dev.roosthold.bench;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Jazz transactions through our relay, which puts them on the disk first, and through one made of
/// the published packages, which keeps them in memory. All transactions are signed before the clock
/// runs.
public final class JazzLoad {
    private static final int WARM_UP = 1_000;
    private static final int LISTENERS = 20;
    private static final int PER_SECOND = 100;
    private static final String ITEM = "x".repeat(200);

    private final ServerProcess server;
    private final HttpClient http = HttpClient.newHttpClient();

    private JazzLoad(ServerProcess server) {
        this.server = server;
    }

    /// Arguments: transactions in each row (6000), values of the last rows (3000).
    public static void main(String[] args) throws Exception {
        int transactions = args.length > 0 ? Integer.parseInt(args[0]) : 6_000;
        int values = args.length > 1 ? Integer.parseInt(args[1]) : 3_000;
        Path data = Files.createTempDirectory(Path.of("bench/target"), "jazz");
        System.out.printf(
                Locale.ROOT,
                "fsync %.2f ms, %d processors, load %s%n",
                Host.fsyncMs(data),
                Host.processors(),
                Host.loadAverage());
        System.out.printf(
                "%-12s %-28s %10s %9s %9s %12s%n",
                "relay", "row", "per s", "p50 ms", "p99 ms", "server CPU s");
        try {
            for (boolean ours : new boolean[] {true, false}) {
                try (ServerProcess process =
                        ours
                                ? ServerProcess.jazz(data.resolve("relay"))
                                : ServerProcess.npmJazz(Path.of("bench/npm-jazz"))) {
                    var load = new JazzLoad(process);
                    load.append(1, WARM_UP, false);
                    load.append(16, WARM_UP, false);
                    load.append(1, transactions / 4, true);
                    load.append(16, transactions, true);
                    load.append(128, transactions, true);
                    load.fanOut(5);
                    load.bulk(values);
                    load.http.shutdownNow();
                    System.out.printf(
                            Locale.ROOT,
                            "%-12s resident memory %.0f MB%n",
                            process.name(),
                            process.residentBytes() / 1e6);
                }
            }
        } finally {
            try (var files = Files.walk(data)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /// So many writers with a feed each, every one of which waits for its acknowledgement.
    private void append(int writers, int transactions, boolean print) throws Exception {
        int each = Math.max(1, transactions / writers);
        var people = new ArrayList<Author>();
        for (int i = 0; i < writers; i++) {
            people.add(new Author(each));
        }
        var latencies = new Latencies();
        var done = new CountDownLatch(writers);
        var connections = new ArrayList<Connection>();
        for (Author author : people) {
            var connection = new Connection();
            connections.add(connection);
            connection.sendAll(author.needs);
        }
        for (int i = 0; i < writers; i++) {
            connections.get(i).settled();
        }
        double cpu = server.cpuSeconds();
        long begun = System.nanoTime();
        for (int i = 0; i < writers; i++) {
            connections.get(i).writeAll(people.get(i), latencies, done);
        }
        if (!done.await(300, TimeUnit.SECONDS)) {
            throw new IOException("WRONG: not everything was acknowledged by " + server.name());
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (print) {
            row(
                    "append, " + writers + " in flight",
                    each * writers / seconds,
                    latencies,
                    server.cpuSeconds() - cpu);
        }
        connections.forEach(Connection::close);
    }

    /// One writer at a fixed rate, many who follow: from sending to arrival.
    private void fanOut(int seconds) throws Exception {
        int count = seconds * PER_SECOND;
        var author = new Author(count);
        var latencies = new Latencies();
        var arrived = new CountDownLatch(count * LISTENERS);
        var sentNanos = new long[count + 1];
        var listeners = new ArrayList<Connection>();
        var writer = new Connection();
        writer.sendAll(author.needs);
        writer.settled();
        for (int i = 0; i < LISTENERS; i++) {
            var listener = new Connection();
            listener.send(SyncCodec.write(new SyncMessage.Load(KnownState.nothing(author.feed))));
            listener.settled();
            listener.heard =
                    message -> {
                        if (message instanceof SyncMessage.Push(Content content)
                                && content.id().equals(author.feed)) {
                            content.sessions()
                                    .values()
                                    .forEach(
                                            piece -> {
                                                long now = System.nanoTime();
                                                for (int n = piece.after(); n < piece.end(); n++) {
                                                    latencies.record(now - sentNanos[n]);
                                                    arrived.countDown();
                                                }
                                            });
                        }
                    };
            listeners.add(listener);
        }
        double cpu = server.cpuSeconds();
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = begun + i * 1_000_000_000L / PER_SECOND;
            while (System.nanoTime() < due) {
                Thread.sleep(Duration.ofNanos(Math.max(1, due - System.nanoTime())));
            }
            sentNanos[i] = System.nanoTime();
            writer.send(author.items.get(i));
        }
        if (!arrived.await(60, TimeUnit.SECONDS)) {
            throw new IOException("WRONG: not everything arrived through " + server.name());
        }
        row(
                "fan-out 1 to " + LISTENERS,
                count * LISTENERS / ((System.nanoTime() - begun) / 1e9),
                latencies,
                server.cpuSeconds() - cpu);
        listeners.forEach(Connection::close);
        writer.close();
    }

    /// Many small values at once, and all of them read by somebody new.
    private void bulk(int values) throws Exception {
        var author = new Author(0);
        List<CoId> ids = author.addValues(values);
        var writer = new Connection();
        writer.sendAll(author.needs);
        writer.settled();
        double cpu = server.cpuSeconds();
        long begun = System.nanoTime();
        var known = new CountDownLatch(values);
        writer.heard =
                message -> {
                    if (message instanceof SyncMessage.Known) {
                        known.countDown();
                    }
                };
        writer.sendAll(author.items);
        await(known);
        row(
                "upload values",
                values / ((System.nanoTime() - begun) / 1e9),
                null,
                server.cpuSeconds() - cpu);
        writer.close();
        var reader = new Connection();
        var got = new CountDownLatch(values);
        reader.heard =
                message -> {
                    if (message instanceof SyncMessage.Push(Content content)
                            && content.priority() == 3) {
                        got.countDown();
                    }
                };
        cpu = server.cpuSeconds();
        begun = System.nanoTime();
        for (CoId id : ids) {
            reader.send(SyncCodec.write(new SyncMessage.Load(KnownState.nothing(id))));
        }
        await(got);
        row(
                "load values afresh",
                values / ((System.nanoTime() - begun) / 1e9),
                null,
                server.cpuSeconds() - cpu);
        reader.close();
    }

    private void await(CountDownLatch latch) throws Exception {
        if (!latch.await(300, TimeUnit.SECONDS)) {
            throw new IOException("WRONG: " + latch.getCount() + " are missing: " + server.name());
        }
    }

    private void row(String name, double rate, @Nullable Latencies latencies, double cpu) {
        System.out.printf(
                Locale.ROOT,
                "%-12s %-28s %10.0f %9s %9s %12.2f%n",
                server.name(),
                name,
                rate,
                latencies == null
                        ? ""
                        : String.format(Locale.ROOT, "%.2f", latencies.quantileMs(.5)),
                latencies == null
                        ? ""
                        : String.format(Locale.ROOT, "%.2f", latencies.quantileMs(.99)),
                cpu);
    }

    /// A person with a feed and what it will say.
    private static final class Author {
        final LocalNode local;
        final CoId group;
        final CoId feed;
        final List<String> needs = new ArrayList<>();
        final List<String> items = new ArrayList<>();

        Author(int count) {
            var random = new SecureRandom();
            byte[] seed = new byte[32];
            random.nextBytes(seed);
            local =
                    LocalNode.createAccount(
                            AgentSecret.ofSeed(seed), "Bench", InstantSource.system(), random);
            group = local.createGroup();
            feed = local.create(ValueType.FEED, group);
            for (ValueLog log : local.node().logs()) {
                for (Content content : log.since(KnownState.nothing(log.id()))) {
                    needs.add(SyncCodec.write(new SyncMessage.Push(content)));
                }
            }
            for (int i = 0; i < count; i++) {
                items.add(item(feed));
            }
        }

        List<CoId> addValues(int count) {
            var ids = new ArrayList<CoId>();
            for (int i = 0; i < count; i++) {
                CoId id = local.create(ValueType.FEED, group);
                ids.add(id);
                local.write(id, List.of(Json.of(ITEM)));
                ValueLog log = Objects.requireNonNull(local.node().log(id));
                Content all = log.since(KnownState.nothing(id)).getFirst();
                items.add(SyncCodec.write(new SyncMessage.Push(all)));
            }
            return ids;
        }

        private String item(CoId id) {
            ValueLog log = Objects.requireNonNull(local.node().log(id));
            KnownState before = log.known();
            local.write(id, List.of(Json.of(ITEM)));
            return SyncCodec.write(new SyncMessage.Push(log.since(before).getFirst()));
        }
    }

    private final class Connection implements WebSocket.Listener {
        private final StringBuilder frame = new StringBuilder();
        private final WebSocket socket;
        private volatile Consumer<SyncMessage> heard = _ -> {};
        private volatile CountDownLatch answered = new CountDownLatch(0);

        Connection() {
            URI address = URI.create("ws://127.0.0.1:" + server.port() + "/");
            socket = http.newWebSocketBuilder().buildAsync(address, this).join();
        }

        void send(String message) {
            socket.sendText(message, true).join();
        }

        void sendAll(List<String> messages) {
            messages.forEach(this::send);
        }

        /// Waits for the answer to everything before.
        void settled() throws InterruptedException {
            answered = new CountDownLatch(1);
            send("{\"action\":\"load\",\"id\":\"co_zNobody\",\"header\":false,\"sessions\":{}}");
            var _ = answered.await(30, TimeUnit.SECONDS);
        }

        void writeAll(Author author, Latencies latencies, CountDownLatch done) {
            var sentNanos = new long[1];
            var next = new int[1];
            heard =
                    message -> {
                        if (message instanceof SyncMessage.Known(KnownState known, boolean _)
                                && known.id().equals(author.feed)
                                && known.sessions().values().stream().mapToInt(n -> n).sum()
                                        >= next[0]) {
                            latencies.record(System.nanoTime() - sentNanos[0]);
                            if (next[0] == author.items.size()) {
                                done.countDown();
                                return;
                            }
                            sentNanos[0] = System.nanoTime();
                            var _ = socket.sendText(author.items.get(next[0]++), true);
                        }
                    };
            sentNanos[0] = System.nanoTime();
            var _ = socket.sendText(author.items.get(next[0]++), true);
        }

        void close() {
            socket.abort();
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket opened, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                for (String line : SyncCodec.lines(frame.toString())) {
                    SyncMessage message = SyncCodec.read(line);
                    if (message instanceof SyncMessage.Known(KnownState known, boolean _)
                            && known.id().text().equals("co_zNobody")) {
                        answered.countDown();
                    } else if (message != null) {
                        heard.accept(message);
                    }
                }
                frame.setLength(0);
            }
            opened.request(1);
            return null;
        }
    }
}
