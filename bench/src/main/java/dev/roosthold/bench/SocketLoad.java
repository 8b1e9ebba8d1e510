package dev.roosthold.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// Measures our Socket.IO server next to the published one, each in a process of its own, with one
/// load client in this process. Prints one table; see `bench/README.md` for what the rows mean.
public final class SocketLoad {

    private static final int WARM_SOCKETS = 100;
    private static final int WARM_SECONDS = 3;
    private static final int WARM_TRICKLE_SECONDS = 12;

    private final SocketLoadOptions options;

    private SocketLoad(SocketLoadOptions options) {
        this.options = options;
    }

    public static void main(String[] args) throws Exception {
        var options = SocketLoadOptions.parse(args);
        System.out.println(
                "load before: " + Host.loadAverage() + ", processors " + Host.processors());
        System.out.println(
                "ours: event loops "
                        + options.loops()
                        + ", handlers "
                        + options.handlers()
                        + ", "
                        + String.join(" ", options.jvmFlags()));
        var run = new SocketLoad(options);
        try (var ours = ServerProcess.ours(options);
                var theirs = ServerProcess.npm(Path.of("bench/npm"))) {
            run.measure(List.of(ours, theirs));
        }
        System.out.println("load after: " + Host.loadAverage());
        System.exit(0);
    }

    private void measure(List<ServerProcess> servers) throws Exception {
        // Memory first: what a flood leaves behind would hide what connections need.
        var idle = new ArrayList<Idle>();
        for (var server : servers) {
            echo(server, WARM_SOCKETS, WARM_SECONDS);
            idle.add(idle(server));
        }
        for (var server : servers) {
            fanOut(server, true, WARM_SECONDS);
            // A slow trickle needs more time until it is compiled than a flood.
            fanOut(server, false, WARM_TRICKLE_SECONDS);
        }
        var table = new Table(servers.get(0).name(), servers.get(1).name());
        table.row("idle memory per connection, RSS, KB", idle, Idle::residentKb, Table.Better.LESS);
        table.row("idle memory per connection, heap, KB", idle, Idle::heapKb, Table.Better.LESS);
        System.out.printf(
                Locale.ROOT,
                "idle: %d sockets, base %s MB RSS, then %s MB%n",
                options.sockets(),
                idle.stream().map(i -> megabytes(i.baseResident())).toList(),
                idle.stream().map(i -> megabytes(i.resident())).toList());

        var echo =
                rounds(
                        "echo",
                        servers,
                        server -> echo(server, EchoLoad.SOCKETS, options.seconds()));
        table.row("echo with ack, 1/s", echo, Stretch::rate, Table.Better.MORE);
        table.row("echo with ack per CPU second", echo, Stretch::perCpuSecond, Table.Better.MORE);
        table.row("echo p50, ms", echo, Stretch::p50, Table.Better.LESS);
        table.row("echo p99, ms", echo, Stretch::p99, Table.Better.LESS);

        var fixed =
                rounds(
                        "fixed fan-out",
                        servers,
                        server -> fanOut(server, false, options.seconds()));
        table.row("fan-out at a fixed rate, deliveries/s", fixed, Stretch::rate, Table.Better.MORE);
        table.row(
                "fan-out at a fixed rate, deliveries per CPU second",
                fixed,
                Stretch::perCpuSecond,
                Table.Better.MORE);
        var saturated =
                rounds(
                        "saturated fan-out",
                        servers,
                        server -> fanOut(server, true, options.seconds()));
        table.row("fan-out saturated, deliveries/s", saturated, Stretch::rate, Table.Better.MORE);
        table.row(
                "fan-out saturated, deliveries per CPU second",
                saturated,
                Stretch::perCpuSecond,
                Table.Better.MORE);
        table.print(System.out);
        System.out.println();
        table.bar("idle memory per connection, RSS, KB", 10);
        table.ratioBar("echo with ack per CPU second", 1.5);
        table.ratioBar("fan-out at a fixed rate, deliveries per CPU second", 1.5);
        table.ratioBar("fan-out saturated, deliveries/s", 1);
    }

    private Idle idle(ServerProcess server) throws Exception {
        try (var client = new LoadClient();
                var _ = client.open(server.port(), WARM_SOCKETS, (_, _) -> {})) {
            long baseHeap = server.heapAfterCollection();
            long baseResident = server.residentBytes();
            try (var _ = client.open(server.port(), options.sockets(), (_, _) -> {})) {
                long heap = server.heapAfterCollection();
                long resident = server.residentBytes();
                return new Idle(options.sockets(), baseResident, resident, baseHeap, heap);
            }
        }
    }

    private Stretch echo(ServerProcess server, int sockets, int seconds) throws Exception {
        var load = new EchoLoad();
        try (var client = new LoadClient();
                var opened = client.open(server.port(), sockets, load)) {
            client.onLoop(() -> load.start(opened));
            var stretch = measure(server, seconds, load::acknowledged);
            client.onLoop(load::stop);
            return stretch.withLatencies(load.latencies());
        }
    }

    private Stretch fanOut(ServerProcess server, boolean saturating, int seconds) throws Exception {
        var load = new FanOutLoad();
        try (var client = new LoadClient();
                var opened = client.open(server.port(), FanOutLoad.SOCKETS, load)) {
            client.onLoop(() -> load.join(opened));
            while (load.joined() < FanOutLoad.SOCKETS) {
                Thread.sleep(5);
            }
            client.onLoop(saturating ? load::startSaturating : load::startFixed);
            var stretch = measure(server, seconds, load::delivered);
            client.onLoop(load::stop);
            return stretch;
        }
    }

    /// One second to settle, then the stretch.
    private static Stretch measure(
            ServerProcess server, int seconds, java.util.function.LongSupplier count)
            throws Exception {
        Thread.sleep(1_000);
        long startCount = count.getAsLong();
        double startCpu = server.cpuSeconds();
        long start = System.nanoTime();
        Thread.sleep(seconds * 1_000L);
        long counted = count.getAsLong() - startCount;
        double cpu = server.cpuSeconds() - startCpu;
        return new Stretch(counted, (System.nanoTime() - start) / 1e9, cpu, 0, 0);
    }

    private interface Measurement {
        Stretch of(ServerProcess server) throws Exception;
    }

    /// Takes turns, so that a change of the machine's mood meets both; the sums per server.
    private List<Stretch> rounds(String name, List<ServerProcess> servers, Measurement measurement)
            throws Exception {
        var sums = new ArrayList<>(servers.stream().map(_ -> Stretch.NONE).toList());
        for (int round = 0; round < options.rounds(); round++) {
            for (int i = 0; i < servers.size(); i++) {
                System.err.println(name + ": " + servers.get(i).name());
                sums.set(i, sums.get(i).plus(measurement.of(servers.get(i))));
            }
        }
        return sums;
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
    }

    private record Idle(int sockets, long baseResident, long resident, long baseHeap, long heap) {
        double residentKb() {
            return (resident - baseResident) / 1024.0 / sockets;
        }

        double heapKb() {
            return (heap - baseHeap) / 1024.0 / sockets;
        }
    }

    private record Stretch(long count, double seconds, double cpu, double p50, double p99) {
        static final Stretch NONE = new Stretch(0, 0, 0, 0, 0);

        double rate() {
            return count / seconds;
        }

        double perCpuSecond() {
            return count / cpu;
        }

        Stretch withLatencies(Latencies latencies) {
            return new Stretch(
                    count, seconds, cpu, latencies.quantileMs(0.5), latencies.quantileMs(0.99));
        }

        /// Counts and times add up; of the latencies the worse one stays.
        Stretch plus(Stretch other) {
            return new Stretch(
                    count + other.count,
                    seconds + other.seconds,
                    cpu + other.cpu,
                    Math.max(p50, other.p50),
                    Math.max(p99, other.p99));
        }
    }

    /// Figures of two servers side by side.
    private static final class Table {
        enum Better {
            MORE,
            LESS
        }

        private record Row(String name, double ours, double theirs, Better better) {
            double ratio() {
                return better == Better.MORE ? ours / theirs : theirs / ours;
            }
        }

        private final String ours;
        private final String theirs;
        private final List<Row> rows = new ArrayList<>();

        Table(String ours, String theirs) {
            this.ours = ours;
            this.theirs = theirs;
        }

        <T> void row(String name, List<T> figures, ToDoubleFunction<T> figure, Better better) {
            rows.add(
                    new Row(
                            name,
                            figure.applyAsDouble(figures.get(0)),
                            figure.applyAsDouble(figures.get(1)),
                            better));
        }

        void print(java.io.PrintStream out) {
            out.printf("%n%-54s %12s %12s %14s%n", "", ours, theirs, "times better");
            for (var row : rows) {
                out.printf(
                        Locale.ROOT,
                        "%-54s %12.2f %12.2f %14.2f%n",
                        row.name,
                        row.ours,
                        row.theirs,
                        row.ratio());
            }
        }

        void bar(String name, double most) {
            var row = find(name);
            verdict(name + " at most " + most, row.ours, row.ours <= most);
        }

        void ratioBar(String name, double least) {
            var row = find(name);
            verdict(name + " at least " + least + " times", row.ratio(), row.ratio() >= least);
        }

        private static void verdict(String bar, double figure, boolean met) {
            System.out.printf(Locale.ROOT, "%s: %s (%.2f)%n", met ? "met" : "MISSED", bar, figure);
        }

        private Row find(String name) {
            return rows.stream().filter(row -> row.name.equals(name)).findFirst().orElseThrow();
        }
    }
}
