package dev.roosthold.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Measures calls through a relay in a process of its own; see `bench/README.md`.
public final class RpcLoad {
    private static final int[] IN_FLIGHT = {1, 32};
    private static final double BAR_RATE = 20_000;
    private static final double BAR_P50_MS = 0.25;

    private record Options(int seconds, int warm, int rounds, List<String> jvmFlags) {
        static Options parse(String... args) {
            int seconds = 8;
            int warm = 8;
            int rounds = 2;
            var flags =
                    new ArrayList<>(
                            List.of(
                                    "-XX:+UseCompactObjectHeaders",
                                    "-XX:+UseSerialGC",
                                    "-Xmx512m",
                                    "--enable-native-access=ALL-UNNAMED"));
            for (int i = 0; i + 1 < args.length; i += 2) {
                var value = args[i + 1];
                switch (args[i]) {
                    case "--seconds" -> seconds = Integer.parseInt(value);
                    case "--warm" -> warm = Integer.parseInt(value);
                    case "--rounds" -> rounds = Integer.parseInt(value);
                    case "--jvm" -> flags.addAll(Arrays.asList(value.split(" ")));
                    default -> throw new IllegalArgumentException("unknown option " + args[i]);
                }
            }
            return new Options(seconds, warm, rounds, List.copyOf(flags));
        }
    }

    private record Stretch(
            int inFlight, double rate, double p50, double p99, double cpuPerThousand) {}

    private RpcLoad() {}

    public static void main(String[] args) throws Exception {
        var options = Options.parse(args);
        System.out.println(
                "load before: " + Host.loadAverage() + ", processors " + Host.processors());
        Path data = Files.createTempDirectory("bench-rpc");
        try (var relay = ServerProcess.relay(options.jvmFlags(), data.resolve("data"))) {
            print(measure(relay, options));
        } finally {
            delete(data);
        }
        System.out.println("load after: " + Host.loadAverage());
        System.exit(0);
    }

    private static List<Stretch> measure(ServerProcess relay, Options options) throws Exception {
        String token = new RelayApi(relay.port()).signUp();
        var traffic = new RpcTraffic();
        var stretches = new ArrayList<Stretch>();
        try (var client = new LoadClient();
                var target =
                        client.open(
                                relay.port(),
                                List.of(RelayApi.machine(token, "bench-machine")),
                                traffic::toTarget);
                var caller =
                        client.open(
                                relay.port(), List.of(RelayApi.user(token)), traffic::toCaller)) {
            LoadSocket serving = target.all().getFirst();
            LoadSocket calling = caller.all().getFirst();
            client.onLoop(
                    () -> {
                        serving.send(
                                LoadSocket.frame(
                                        "42[\"rpc-register\",{\"method\":\""
                                                + RpcTraffic.METHOD
                                                + "\"}]"));
                        serving.flush();
                    });
            for (int round = -1; round < options.rounds(); round++) {
                for (int inFlight : IN_FLIGHT) {
                    client.onLoop(() -> traffic.start(calling, inFlight));
                    Thread.sleep(1_000);
                    traffic.restartLatencies();
                    long before = traffic.answered();
                    double cpu = relay.cpuSeconds();
                    long start = System.nanoTime();
                    Thread.sleep((round < 0 ? options.warm() : options.seconds()) * 1_000L);
                    long count = traffic.answered() - before;
                    double seconds = (System.nanoTime() - start) / 1e9;
                    double spent = relay.cpuSeconds() - cpu;
                    client.onLoop(traffic::stop);
                    Thread.sleep(200);
                    var stretch =
                            new Stretch(
                                    inFlight,
                                    count / seconds,
                                    traffic.latencies().quantileMs(0.5),
                                    traffic.latencies().quantileMs(0.99),
                                    spent * 1_000 / count);
                    if (count == 0) {
                        throw new IllegalStateException("no call was answered");
                    }
                    if (round >= 0) {
                        stretches.add(stretch);
                    }
                }
            }
        }
        return stretches;
    }

    private static void print(List<Stretch> stretches) {
        System.out.printf(
                "%n%9s %12s %9s %9s %24s%n",
                "in flight", "calls/s", "p50, ms", "p99, ms", "server CPU s/1000 calls");
        stretches.forEach(
                s ->
                        System.out.printf(
                                Locale.ROOT,
                                "%9d %12.0f %9.3f %9.3f %24.4f%n",
                                s.inFlight,
                                s.rate,
                                s.p50,
                                s.p99,
                                s.cpuPerThousand));
        System.out.println();
        double rate = best(stretches, 32, Comparator.comparingDouble(Stretch::rate)).rate();
        double p50 = best(stretches, 1, Comparator.comparingDouble(s -> -s.p50())).p50();
        verdict("calls/s with 32 in flight at least 20,000", rate, rate >= BAR_RATE);
        verdict("p50 with 1 in flight under 0.25 ms", p50, p50 < BAR_P50_MS);
    }

    private static Stretch best(List<Stretch> all, int inFlight, Comparator<Stretch> order) {
        return all.stream().filter(s -> s.inFlight() == inFlight).max(order).orElseThrow();
    }

    private static void verdict(String bar, double figure, boolean met) {
        System.out.printf(Locale.ROOT, "%s: %s (%.3f)%n", met ? "met" : "MISSED", bar, figure);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
