package dev.roosthold.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/// Measures the relay as its clients see it, in a process of its own, with one load client in this
/// process. Prints one table with the server's processor time; see `bench/README.md`.
///
/// Arguments: seconds for each row (8), then names of rows to run (all).
public final class RelayLoad {
    private static final int CONTENT = 400;
    private static final int METADATA = 600;
    private static final int WARM_UP_SECONDS = 4;
    private static final double BAR_FSYNC_MS = 0.5;
    static final List<String> JVM =
            List.of(
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED");

    private final int seconds;
    private final List<String> wanted;
    private final List<String> table = new ArrayList<>();
    private final List<String> verdicts = new ArrayList<>();

    private RelayLoad(int seconds, List<String> wanted) {
        this.seconds = seconds;
        this.wanted = wanted;
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 8;
        var wanted = List.of(args).subList(Math.min(1, args.length), args.length);
        var parent = Path.of("bench/target");
        Files.createDirectories(parent);
        var folder = Files.createTempDirectory(parent, "relay-load");
        try {
            new RelayLoad(seconds, wanted).run(folder);
        } finally {
            delete(folder);
        }
        System.exit(0);
    }

    private void run(Path folder) throws Exception {
        double before = Host.fsyncMs(folder);
        System.out.printf(
                Locale.ROOT,
                "fsync of 4 KB: median %.2f ms; load %s; %d processors%n",
                before,
                Host.loadAverage(),
                Host.processors());
        table.add(
                "%-44s %10s %9s %9s %9s %12s"
                        .formatted("", "1/s", "p50 ms", "p99 ms", "in flight", "cpu us each"));
        try (var relay = ServerProcess.relay(JVM, folder.resolve("data"))) {
            var api = new RelayApi(relay.port());
            if (wants("messages")) {
                messages(relay, api);
            }
            if (wants("delivery")) {
                delivery(relay, api);
            }
            if (wants("updates")) {
                updates(relay, api, 1);
                updates(relay, api, 16);
            }
            if (wants("rpc")) {
                calls(relay, api);
            }
            if (wants("pages")) {
                pages(relay, api);
            }
            if (wants("list")) {
                list(relay, api);
            }
        }
        if (wants("start")) {
            StartLoad.run(folder, JVM, table, verdicts);
        }
        double after = Host.fsyncMs(folder);
        table.forEach(System.out::println);
        System.out.printf(
                Locale.ROOT, "after: fsync median %.2f ms; load %s%n", after, Host.loadAverage());
        if (Math.max(before, after) > BAR_FSYNC_MS) {
            System.out.println("slow disk: bars of durable writes are not judged");
        }
        verdicts.forEach(System.out::println);
    }

    private boolean wants(String name) {
        return wanted.isEmpty() || wanted.contains(name);
    }

    /// One sender, three listeners, durable messages with acknowledgement.
    private void messages(ServerProcess relay, RelayApi api) throws Exception {
        String token = api.signUp();
        String session = api.session(token, "messages", METADATA);
        String filler = "c".repeat(CONTENT);
        for (int window : new int[] {1, 16, 128}) {
            var load =
                    new ClosedLoop(
                            1,
                            window,
                            "\"ok\":true",
                            (_, number) ->
                                    "[\"message\",{\"sid\":\""
                                            + session
                                            + "\",\"message\":\""
                                            + filler
                                            + "\",\"localId\":\"w"
                                            + window
                                            + "-"
                                            + number
                                            + "\"}]");
            var sockets =
                    List.of(
                            RelayApi.session(token, session),
                            RelayApi.user(token),
                            RelayApi.user(token),
                            RelayApi.user(token));
            var row = closedLoop(relay, sockets, load);
            add("durable messages, 1 sender, 3 listeners", row, window);
            if (window == 128) {
                bar("durable messages at 128 in flight", row.perSecond(), 4_000);
                below("their p99 ms", row.p99(), 50);
            }
            long behind = load.acknowledged() * 3 - load.heard();
            if (load.refused() > 0 || behind > 0) {
                verdicts.add(
                        "WRONG: %d refused, %d deliveries missing"
                                .formatted(load.refused(), behind));
            }
        }
        long stored =
                api.get(
                                token,
                                "/v3/sessions/"
                                        + session
                                        + "/messages?before_seq=2147483647&limit=1")
                        .path("messages")
                        .path(0)
                        .path("seq")
                        .asLong();
        System.out.println("messages stored: " + stored);
    }

    private void delivery(ServerProcess relay, RelayApi api) throws Exception {
        String token = api.signUp();
        String session = api.session(token, "delivery", METADATA);
        var load = new DeliveryLoad(session, CONTENT);
        var sockets =
                List.of(
                        RelayApi.session(token, session),
                        RelayApi.user(token),
                        RelayApi.user(token),
                        RelayApi.user(token));
        try (var client = new LoadClient();
                var opened = client.open(relay.port(), sockets, load)) {
            client.onLoop(() -> load.start(opened));
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            load.warm();
            var row = measure(relay, load::delivered, load.latencies());
            client.onLoop(load::stop);
            add("delivery to 3 listeners at 1,000 messages/s", row, 0);
            below("delivery p99 ms at 1,000/s", row.p99(), 15);
        }
    }

    /// Each client replaces the metadata of its own session, one write under way each.
    private void updates(ServerProcess relay, RelayApi api, int clients) throws Exception {
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
        var row = closedLoop(relay, sockets, load);
        add("versioned updates, " + clients + " clients", row, clients);
        if (clients == 16) {
            bar("versioned updates with 16 clients", row.perSecond(), 10_000);
        }
        if (load.refused() > 0) {
            verdicts.add("WRONG: %d updates refused".formatted(load.refused()));
        }
    }

    /// One socket calls a method that another one serves.
    private void calls(ServerProcess relay, RelayApi api) throws Exception {
        String token = api.signUp();
        var traffic = new RpcTraffic();
        try (var client = new LoadClient();
                var target =
                        client.open(
                                relay.port(),
                                List.of(RelayApi.machine(token, RpcTraffic.MACHINE)),
                                traffic::toTarget);
                var caller =
                        client.open(
                                relay.port(), List.of(RelayApi.user(token)), traffic::toCaller)) {
            LoadSocket serving = target.all().getFirst();
            LoadSocket calling = caller.all().getFirst();
            client.onLoop(
                    () -> {
                        serving.send(LoadSocket.frame(RpcTraffic.REGISTER));
                        serving.flush();
                    });
            for (int inFlight : new int[] {1, 32}) {
                client.onLoop(() -> traffic.start(calling, inFlight));
                Thread.sleep(WARM_UP_SECONDS * 1_000L);
                traffic.restartLatencies();
                var row = measure(relay, traffic::answered, traffic.latencies());
                client.onLoop(traffic::stop);
                Thread.sleep(200);
                add("calls from socket to socket", row, inFlight);
                if (inFlight == 1) {
                    below("calls alone, p50 ms", row.p50(), 0.25);
                } else {
                    bar("calls with 32 in flight", row.perSecond(), 20_000);
                }
            }
        }
    }

    private void pages(ServerProcess relay, RelayApi api) throws Exception {
        String token = api.signUp();
        String session = api.session(token, "pages", METADATA);
        api.post(token, session, 10_000, CONTENT);
        for (int limit : new int[] {100, 500}) {
            String path = "/v3/sessions/" + session + "/messages?after_seq=5000&limit=" + limit;
            try (var load = new HttpLoad(relay.port(), 8, path, token)) {
                Thread.sleep(WARM_UP_SECONDS * 1_000L);
                load.warm();
                var row = measure(relay, load::answers, load.latencies());
                add("page of " + limit + " messages (1,000 are two of 500)", row, 8);
                if (limit == 100) {
                    bar("page of 100, requests/s", row.perSecond(), 1_500);
                }
            }
        }
    }

    private void list(ServerProcess relay, RelayApi api) throws Exception {
        String token = api.signUp();
        int sessions = 10_000;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var limit = new Semaphore(64);
            for (int i = 0; i < sessions; i++) {
                String tag = "list-" + i;
                limit.acquire();
                executor.execute(
                        () -> {
                            try {
                                api.session(token, tag, METADATA);
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            } finally {
                                limit.release();
                            }
                        });
            }
        }
        int found = api.get(token, "/v1/sessions").path("sessions").size();
        try (var load = new HttpLoad(relay.port(), 1, "/v1/sessions", token)) {
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            load.warm();
            var row = measure(relay, load::answers, load.latencies());
            add("list of " + found + " sessions", row, 1);
            below("list of 10,000 sessions, p50 ms", row.p50(), 50);
        }
    }

    private Row closedLoop(ServerProcess relay, List<LoadSocket.Entrance> sockets, ClosedLoop load)
            throws Exception {
        try (var client = new LoadClient();
                var opened = client.open(relay.port(), sockets, load)) {
            client.onLoop(() -> load.start(opened));
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            load.warm();
            var row = measure(relay, load::acknowledged, load.latencies());
            client.onLoop(load::stop);
            awaitQuiet(load);
            return row;
        }
    }

    /// What is under way arrives before the sockets close, so that deliveries can be counted.
    static void awaitQuiet(ClosedLoop load) throws InterruptedException {
        long before;
        do {
            before = load.heard() + load.acknowledged();
            Thread.sleep(200);
        } while (before != load.heard() + load.acknowledged());
    }

    private Row measure(ServerProcess relay, LongSupplier count, Latencies latencies)
            throws Exception {
        double cpu = relay.cpuSeconds();
        long before = count.getAsLong();
        long start = System.nanoTime();
        Thread.sleep(seconds * 1_000L);
        double elapsed = (System.nanoTime() - start) / 1e9;
        long done = count.getAsLong() - before;
        return new Row(
                done / elapsed,
                latencies.quantileMs(0.5),
                latencies.quantileMs(0.99),
                (relay.cpuSeconds() - cpu) * 1e6 / Math.max(1, done));
    }

    private void add(String name, Row row, int inFlight) {
        table.add(
                String.format(
                        Locale.ROOT,
                        "%-44s %10.0f %9.2f %9.2f %9s %12.1f",
                        name,
                        row.perSecond(),
                        row.p50(),
                        row.p99(),
                        inFlight == 0 ? "" : Integer.toString(inFlight),
                        row.cpuMicros()));
    }

    private void bar(String what, double value, double floor) {
        verdicts.add(verdict(what, value, value >= floor, "at least", floor));
    }

    private void below(String what, double value, double ceiling) {
        verdicts.add(verdict(what, value, value < ceiling, "below", ceiling));
    }

    static String verdict(String what, double value, boolean met, String relation, double bar) {
        return String.format(
                Locale.ROOT,
                "%s: %s %.2f (bar: %s %.2f)",
                met ? "met" : "MISSED",
                what,
                value,
                relation,
                bar);
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// @param cpuMicros processor time of the server for each
    private record Row(double perSecond, double p50, double p99, double cpuMicros) {}
}
