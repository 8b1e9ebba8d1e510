package dev.roosthold.bench;

import dev.roosthold.conformance.crowd.NatsChild;
import dev.roosthold.conformance.faults.FaultProxy;
import dev.roosthold.conformance.faults.LinkFault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

/// Measures what several nodes cost and bring: the same load against one relay with its own file,
/// one on PostgreSQL, one node on PostgreSQL and NATS, and two such nodes, one after the other.
/// Prints one table; see `bench/README.md`.
///
/// Arguments: seconds for each row (6), then names of rows to run (all); `away` among them adds a
/// relay whose database is [#AWAY] away.
public final class ClusterLoad {
    private static final int CONTENT = 400;
    private static final int METADATA = 600;
    private static final int ACCOUNTS = 8;
    private static final int PER_SECOND = 200;
    private static final int WARM_UP_SECONDS = 3;
    private static final int START_SECONDS = 10;

    /// From a question to its answer, besides what the database takes: another computer of the same
    /// site.
    private static final Duration AWAY = Duration.ofMillis(1);

    private final int seconds;
    private final List<String> wanted;

    /// Cells by row, then by setup, in the order in which they came.
    private final Map<String, Map<String, Cell>> rows = new LinkedHashMap<>();

    private final List<String> wrong = new ArrayList<>();

    /// What runs while a column is measured.
    ///
    /// @param name the column
    /// @param nodes one or two
    /// @param database if it is used
    /// @param nats its process, if it is used
    private record Setup(
            String name,
            List<ServerProcess> nodes,
            Optional<BenchDatabase> database,
            Optional<Long> nats) {
        /// The port of a node; those behind the last begin with the first again.
        int port(int node) {
            return nodes.get(node % nodes.size()).port();
        }

        RelayApi api() {
            return new RelayApi(port(0));
        }

        double cpuOfNodes() throws IOException {
            double sum = 0;
            for (ServerProcess node : nodes) {
                sum += node.cpuSeconds();
            }
            return sum;
        }

        double cpuOfOthers() throws IOException {
            double sum = database.isPresent() ? database.get().cpuSeconds() : 0;
            return nats.isPresent() ? sum + ServerProcess.cpuSeconds(nats.get()) : sum;
        }
    }

    /// @param nodeMicros processor time of all nodes for each
    /// @param otherMicros processor time of PostgreSQL and NATS for each
    private record Cell(
            double perSecond, double p50, double p99, double nodeMicros, double otherMicros) {}

    private ClusterLoad(int seconds, List<String> wanted) {
        this.seconds = seconds;
        this.wanted = wanted;
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 6;
        var wanted = List.of(args).subList(Math.min(1, args.length), args.length);
        var parent = Path.of("bench/target");
        Files.createDirectories(parent);
        var folder = Files.createTempDirectory(parent, "cluster-load");
        try {
            new ClusterLoad(seconds, wanted).run(folder);
        } finally {
            RelayLoad.delete(folder);
        }
        System.exit(0);
    }

    private void run(Path folder) throws Exception {
        System.out.printf(
                Locale.ROOT,
                "fsync of 4 KB: median %.2f ms; load %s; %d processors%n",
                Host.fsyncMs(folder),
                Host.loadAverage(),
                Host.processors());
        try (var node = node(folder.resolve("file"))) {
            measure(
                    new Setup(
                            "one relay, file", List.of(node), Optional.empty(), Optional.empty()));
        }
        try (var database = BenchDatabase.start(folder);
                var nats = NatsChild.start()) {
            try (var node = node(folder.resolve("alone"), database.fresh("alone"))) {
                measure(
                        new Setup(
                                "one relay, PostgreSQL",
                                List.of(node),
                                Optional.of(database),
                                Optional.empty()));
            }
            if (wanted.contains("away")) {
                away(folder, database);
            }
            String single = database.fresh("single");
            try (var node = node(folder.resolve("single"), single, nats.address())) {
                measure(
                        new Setup(
                                "one node, NATS",
                                List.of(node),
                                Optional.of(database),
                                Optional.of(nats.pid())));
            }
            String shared = database.fresh("shared");
            try (var one = node(folder.resolve("shared"), shared, nats.address());
                    var two = node(folder.resolve("shared"), shared, nats.address())) {
                measure(
                        new Setup(
                                "two nodes, NATS",
                                List.of(one, two),
                                Optional.of(database),
                                Optional.of(nats.pid())));
            }
        }
        print();
        System.out.printf(
                Locale.ROOT,
                "after: fsync median %.2f ms; load %s%n",
                Host.fsyncMs(folder),
                Host.loadAverage());
        wrong.forEach(System.out::println);
    }

    private void away(Path folder, BenchDatabase database) throws Exception {
        URI url = URI.create(database.fresh("away"));
        try (var link = FaultProxy.before(url)) {
            link.set(new LinkFault.Delay(AWAY.dividedBy(2)));
            String far = url.toString().replace(":" + url.getPort(), ":" + link.url().getPort());
            try (var node = node(folder.resolve("away"), far)) {
                measure(
                        new Setup(
                                "one relay, PostgreSQL 1 ms away",
                                List.of(node),
                                Optional.of(database),
                                Optional.empty()));
            }
        }
    }

    private static ServerProcess node(Path data, String... services) throws IOException {
        return ServerProcess.relay(RelayLoad.JVM, data, 0, List.of(services));
    }

    private void measure(Setup setup) throws Exception {
        warmUp(setup);
        if (wants("messages")) {
            messages(setup, 1);
            messages(setup, 16);
        }
        if (wants("many")) {
            many(setup);
        }
        if (wants("delivery")) {
            delivery(setup, "same node", _ -> setup.port(0));
            if (setup.nodes().size() > 1) {
                delivery(setup, "other node", socket -> setup.port(socket == 0 ? 0 : 1));
            }
        }
        if (wants("updates")) {
            updates(setup, 1);
            updates(setup, 16);
        }
        if (wants("calls")) {
            calls(setup, "same node", 0);
            if (setup.nodes().size() > 1) {
                calls(setup, "other node", 1);
            }
        }
    }

    /// A program that has just started is slow for a while, and its first row would show that.
    private void warmUp(Setup setup) throws Exception {
        var api = setup.api();
        String token = api.signUp();
        String session = api.session(token, "warm", METADATA);
        String filler = "c".repeat(CONTENT);
        int nodes = setup.nodes().size();
        var load =
                new ClosedLoop(
                        nodes,
                        8,
                        "\"ok\":true",
                        (sender, number) -> message(session, filler, sender + "-" + number));
        var sockets = new ArrayList<LoadSocket.Entrance>();
        for (int i = 0; i < nodes; i++) {
            sockets.add(RelayApi.session(token, session));
        }
        for (int i = 0; i < nodes; i++) {
            sockets.add(RelayApi.user(token));
        }
        try (var client = new LoadClient();
                var opened = client.open(setup::port, sockets, load)) {
            client.onLoop(() -> load.start(opened));
            Thread.sleep(START_SECONDS * 1_000L);
            client.onLoop(load::stop);
            RelayLoad.awaitQuiet(load);
        }
    }

    private boolean wants(String name) {
        return wanted.contains(name) || wanted.stream().allMatch("away"::equals);
    }

    private static String message(String session, String filler, String localId) {
        return "[\"message\",{\"sid\":\""
                + session
                + "\",\"message\":\""
                + filler
                + "\",\"localId\":\""
                + localId
                + "\"}]";
    }

    /// One sender, three listeners, of which two are at the other node where there is one.
    private void messages(Setup setup, int window) throws Exception {
        var api = setup.api();
        String token = api.signUp();
        String session = api.session(token, "messages", METADATA);
        String filler = "c".repeat(CONTENT);
        var load =
                new ClosedLoop(
                        1,
                        window,
                        "\"ok\":true",
                        (_, number) -> message(session, filler, "w" + number));
        var sockets =
                List.of(
                        RelayApi.session(token, session),
                        RelayApi.user(token),
                        RelayApi.user(token),
                        RelayApi.user(token));
        closedLoop(
                setup,
                "durable messages, 1 sender, " + window + " in flight",
                setup::port,
                sockets,
                load);
        check(load, 3);
    }

    /// Each of the accounts has a sender and a listener, at two nodes where there are two.
    private void many(Setup setup) throws Exception {
        var api = setup.api();
        var senders = new ArrayList<LoadSocket.Entrance>();
        var listeners = new ArrayList<LoadSocket.Entrance>();
        var sessions = new ArrayList<String>();
        for (int i = 0; i < ACCOUNTS; i++) {
            String token = api.signUp();
            String session = api.session(token, "many", METADATA);
            sessions.add(session);
            senders.add(RelayApi.session(token, session));
            listeners.add(RelayApi.user(token));
        }
        String filler = "c".repeat(CONTENT);
        var load =
                new ClosedLoop(
                        ACCOUNTS,
                        16,
                        "\"ok\":true",
                        (sender, number) -> message(sessions.get(sender), filler, "m" + number));
        var sockets = new ArrayList<>(senders);
        sockets.addAll(listeners);
        // The places of senders begin with the first node, those of listeners with the second.
        IntUnaryOperator portOf = i -> setup.port(i < ACCOUNTS ? i : i - ACCOUNTS + 1);
        closedLoop(
                setup,
                "durable messages, " + ACCOUNTS + " senders, 16 in flight each",
                portOf,
                sockets,
                load);
        check(load, 1);
    }

    private void delivery(Setup setup, String where, IntUnaryOperator portOf) throws Exception {
        var api = setup.api();
        String token = api.signUp();
        String session = api.session(token, "delivery", METADATA);
        var load = new DeliveryLoad(session, CONTENT, PER_SECOND);
        var sockets =
                List.of(
                        RelayApi.session(token, session),
                        RelayApi.user(token),
                        RelayApi.user(token),
                        RelayApi.user(token));
        try (var client = new LoadClient();
                var opened = client.open(portOf, sockets, load)) {
            client.onLoop(() -> load.start(opened));
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            load.warm();
            measure(
                    setup,
                    "delivery of " + PER_SECOND + " messages/s to 3, " + where,
                    load::delivered,
                    load.latencies());
            client.onLoop(load::stop);
        }
    }

    /// Each client replaces the metadata of its own session; they are spread over the nodes.
    private void updates(Setup setup, int clients) throws Exception {
        var api = setup.api();
        var sockets = new ArrayList<LoadSocket.Entrance>();
        var sessions = new ArrayList<String>();
        String token = "";
        for (int i = 0; i < clients; i++) {
            if (i % 4 == 0) {
                token = api.signUp();
            }
            String session = api.session(token, "updates-" + i, METADATA);
            sessions.add(session);
            sockets.add(RelayApi.session(token, session));
        }
        String filler = "m".repeat(METADATA);
        var load =
                new ClosedLoop(
                        clients,
                        1,
                        "\"success\"",
                        (sender, number) ->
                                "[\"update-metadata\",{\"sid\":\""
                                        + sessions.get(sender)
                                        + "\",\"metadata\":\""
                                        + filler
                                        + "\",\"expectedVersion\":"
                                        + number
                                        + "}]");
        closedLoop(
                setup,
                "versioned updates, " + clients + (clients == 1 ? " client" : " clients"),
                setup::port,
                sockets,
                load);
        check(load, 0);
    }

    private void calls(Setup setup, String where, int targetNode) throws Exception {
        String token = setup.api().signUp();
        var traffic = new RpcTraffic();
        try (var client = new LoadClient();
                var target =
                        client.open(
                                setup.port(targetNode),
                                List.of(RelayApi.machine(token, RpcTraffic.MACHINE)),
                                traffic::toTarget);
                var caller =
                        client.open(
                                setup.port(0), List.of(RelayApi.user(token)), traffic::toCaller)) {
            LoadSocket serving = target.all().getFirst();
            LoadSocket calling = caller.all().getFirst();
            client.onLoop(
                    () -> {
                        serving.send(LoadSocket.frame(RpcTraffic.REGISTER));
                        serving.flush();
                    });
            // Until it is registered at all nodes; a call before would be refused.
            Thread.sleep(1_000);
            for (int inFlight : new int[] {1, 32}) {
                client.onLoop(() -> traffic.start(calling, inFlight));
                Thread.sleep(WARM_UP_SECONDS * 1_000L);
                traffic.restartLatencies();
                measure(
                        setup,
                        "calls, " + inFlight + " in flight, " + where,
                        traffic::answered,
                        traffic.latencies());
                client.onLoop(traffic::stop);
                Thread.sleep(200);
            }
        }
    }

    private void closedLoop(
            Setup setup,
            String row,
            IntUnaryOperator portOf,
            List<LoadSocket.Entrance> sockets,
            ClosedLoop load)
            throws Exception {
        try (var client = new LoadClient();
                var opened = client.open(portOf, sockets, load)) {
            client.onLoop(() -> load.start(opened));
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            load.warm();
            measure(setup, row, load::acknowledged, load.latencies());
            client.onLoop(load::stop);
            RelayLoad.awaitQuiet(load);
        }
    }

    /// @param listeners how many sockets hear of each
    private void check(ClosedLoop load, int listeners) {
        long behind = load.acknowledged() * listeners - load.heard();
        if (load.refused() > 0 || behind > 0) {
            wrong.add("WRONG: %d refused, %d deliveries missing".formatted(load.refused(), behind));
        }
    }

    private void measure(Setup setup, String row, LongSupplier count, Latencies latencies)
            throws Exception {
        double ofNodes = setup.cpuOfNodes();
        double ofOthers = setup.cpuOfOthers();
        long before = count.getAsLong();
        long start = System.nanoTime();
        Thread.sleep(seconds * 1_000L);
        double elapsed = (System.nanoTime() - start) / 1e9;
        long done = Math.max(1, count.getAsLong() - before);
        var cell =
                new Cell(
                        done / elapsed,
                        latencies.quantileMs(0.5),
                        latencies.quantileMs(0.99),
                        (setup.cpuOfNodes() - ofNodes) * 1e6 / done,
                        (setup.cpuOfOthers() - ofOthers) * 1e6 / done);
        rows.computeIfAbsent(row, _ -> new LinkedHashMap<>()).put(setup.name(), cell);
        System.err.println(line(setup.name() + ": " + row, cell));
    }

    private void print() {
        System.out.printf(
                "%-50s %8s %9s %9s %12s %12s%n",
                "", "1/s", "p50 ms", "p99 ms", "nodes cpu us", "others cpu us");
        rows.forEach(
                (row, cells) -> {
                    System.out.println(row);
                    cells.forEach((setup, cell) -> System.out.println(line("  " + setup, cell)));
                    Cell without = cells.get("one relay, PostgreSQL");
                    Cell with = cells.get("one node, NATS");
                    if (without != null && with != null) {
                        System.out.printf(
                                Locale.ROOT,
                                "  cost of the bus: %.0f %% of the rate, p50 %+.2f ms,"
                                        + " %+.0f us of processor time%n",
                                100 * with.perSecond() / without.perSecond(),
                                with.p50() - without.p50(),
                                with.nodeMicros()
                                        + with.otherMicros()
                                        - without.nodeMicros()
                                        - without.otherMicros());
                    }
                });
    }

    private static String line(String name, Cell cell) {
        return String.format(
                Locale.ROOT,
                "%-50s %8.0f %9.2f %9.2f %12.0f %12.0f",
                name,
                cell.perSecond(),
                cell.p50(),
                cell.p99(),
                cell.nodeMicros(),
                cell.otherMicros());
    }
}
