package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// The published load of the happy service against one relay: 7,480 machines, 16,171 sessions and
/// 299 apps are connected; 370 heartbeats of machines, 5,000 of sessions and 180 messages come each
/// second. Each app belongs to an account of its own and hears everything of it.
///
/// Where the limit of open files does not let so many connections in, fewer sessions are connected
/// and all rates are kept. Options: `--minutes` (10), `--factor` of all rates (1), `--connections`
/// at most (19,000), `--plot` file.
public final class ProductionLoad {
    private static final int MACHINES = 7_480;
    private static final int SESSIONS = 16_171;
    private static final int APPS = 299;
    private static final int MACHINE_BEATS = 370;
    private static final int SESSION_BEATS = 5_000;
    private static final int MESSAGES = 180;
    private static final int WARM_UP_SECONDS = 20;
    private static final int INTERVAL_SECONDS = 10;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double SHARE_THAT_COUNTS_AS_HELD = 0.99;

    /// Follows the time in a message: the number of the socket that sent it.
    private static final String SENDER = "%06d";

    private final double minutes;
    private final int factor;
    private final int sessions;
    private final Path plot;

    private ProductionLoad(double minutes, int factor, int connections, Path plot) {
        this.minutes = minutes;
        this.factor = factor;
        this.sessions = Math.min(SESSIONS, connections - MACHINES - APPS);
        this.plot = plot;
    }

    public static void main(String[] args) throws Exception {
        double minutes = 10;
        int factor = 1;
        int connections = 19_000;
        Path plot = Path.of("bench/target/production.svg");
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--minutes" -> minutes = Double.parseDouble(value);
                case "--factor" -> factor = Integer.parseInt(value);
                case "--connections" -> connections = Integer.parseInt(value);
                case "--plot" -> plot = Path.of(value);
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        if (connections <= MACHINES + APPS) {
            throw new IllegalArgumentException("that leaves no connection for a session");
        }
        Path parent = Path.of("bench/target");
        Files.createDirectories(parent);
        Path folder = Files.createTempDirectory(parent, "production");
        try {
            new ProductionLoad(minutes, factor, connections, plot).run(folder);
        } finally {
            RelayLoad.delete(folder);
        }
        System.exit(0);
    }

    private void run(Path folder) throws Exception {
        double fsync = Host.fsyncMs(folder);
        System.out.printf(
                Locale.ROOT,
                "fsync of 4 KB: median %.2f ms; load %s; %d processors%n",
                fsync,
                Host.loadAverage(),
                Host.processors());
        System.out.printf(
                Locale.ROOT,
                "%d machines, %d sessions, %d apps; %d + %d heartbeats/s, %d messages/s%n",
                MACHINES,
                sessions,
                APPS,
                MACHINE_BEATS * factor,
                SESSION_BEATS * factor,
                MESSAGES * factor);
        if (sessions < SESSIONS) {
            System.out.printf(
                    Locale.ROOT,
                    "%d sessions are not connected: a process may open too few files for them;"
                            + " all rates are kept%n",
                    SESSIONS - sessions);
        }
        try (var relay = ServerProcess.relay(RelayLoad.JVM, folder.resolve("data"))) {
            var town = Town.build(new RelayApi(relay.port()), APPS, MACHINES, sessions);
            System.out.printf(Locale.ROOT, "made in %.1f s%n", town.seconds());
            try (var disk = DiskWatch.start(folder)) {
                measure(relay, town, disk);
            }
        }
    }

    private void measure(ServerProcess relay, Town town, DiskWatch disk) throws Exception {
        var traffic = new Traffic(town.size());
        long begun = System.nanoTime();
        try (var client = new LoadClient();
                var opened = client.open(relay.port(), town.entrances(), traffic)) {
            System.out.printf(
                    Locale.ROOT,
                    "%d connected in %.1f s%n",
                    opened.all().size(),
                    (System.nanoTime() - begun) / 1e9);
            var beats = new Beats(town, opened.all());
            client.onLoop(() -> beats.start(client));
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            traffic.all = new Latencies();
            disk.startOver();
            beats.worstLagNanos = 0;

            var rows = new ArrayList<Plot.Row>();
            CpuTime relayAtStart = relay.cpuTime();
            CpuTime clientAtStart = CpuTime.of(ProcessHandle.current().pid());
            double idleAtStart = CpuTime.idleSeconds();
            long start = System.nanoTime();
            long sentAtStart = beats.sent();
            long messagesAtStart = beats.messages.get();
            double cpuBefore = relayAtStart.total();
            long sentBefore = sentAtStart;
            long before = start;
            long resident = 0;
            while ((System.nanoTime() - start) / 6e10 < minutes) {
                traffic.interval = new Latencies();
                Thread.sleep(INTERVAL_SECONDS * 1_000L);
                long now = System.nanoTime();
                double elapsed = (now - before) / 1e9;
                double cpu = relay.cpuSeconds();
                long sent = beats.sent();
                long bytes = relay.residentBytes();
                resident = Math.max(resident, bytes);
                rows.add(
                        new Plot.Row(
                                (now - start) / 1e9,
                                traffic.interval.quantileMs(0.5),
                                traffic.interval.quantileMs(0.99),
                                (cpu - cpuBefore) / elapsed,
                                bytes / 1e6,
                                (sent - sentBefore) / elapsed));
                before = now;
                cpuBefore = cpu;
                sentBefore = sent;
            }
            double elapsed = (System.nanoTime() - start) / 1e9;
            double rate = (beats.sent() - sentAtStart) / elapsed;
            double messages = (beats.messages.get() - messagesAtStart) / elapsed;
            CpuTime relayTime = relay.cpuTime().minus(relayAtStart);
            CpuTime clientTime =
                    CpuTime.of(ProcessHandle.current().pid()).minus(clientAtStart);
            double cores = relayTime.total() / elapsed;
            double idle = (CpuTime.idleSeconds() - idleAtStart) / elapsed;
            Latencies all = traffic.all;
            Latencies waits = disk.waits();
            client.onLoop(beats::stop);
            awaitAll(beats, traffic);
            opened.expectEnd();
            Disconnects disconnects = Disconnects.of(relay);
            System.out.printf(
                    Locale.ROOT,
                    "wait for a disk that syncs, at any moment: p99 %.1f ms, p99.9 %.1f ms,"
                            + " longest %.0f ms%n",
                    waits.quantileMs(0.99),
                    waits.quantileMs(0.999),
                    waits.quantileMs(1));
            System.out.printf(
                    Locale.ROOT,
                    "processors, of %d: relay %s, load client %s, idle %.2f%n",
                    Host.processors(),
                    relayTime.over(elapsed),
                    clientTime.over(elapsed),
                    idle);
            report(rate, messages, resident, all, beats, traffic);
            judge(opened, disconnects, beats, traffic, town);
            if (factor == 1) {
                bars(rate, cores, resident, all);
            }
            Files.writeString(plot, Plot.draw(title(), rows));
            System.out.println("plot: " + plot);
        }
    }

    private String title() {
        return String.format(
                Locale.ROOT,
                "%,d machines, %,d sessions, %d apps: %,d heartbeats and %,d messages a second",
                MACHINES,
                sessions,
                APPS,
                (MACHINE_BEATS + SESSION_BEATS) * factor,
                MESSAGES * factor);
    }

    private void report(
            double rate,
            double messages,
            long resident,
            Latencies all,
            Beats beats,
            Traffic traffic) {
        System.out.printf(
                Locale.ROOT,
                "sent %.0f of %.0f a second, of these %.1f messages; generator late by %.0f ms at"
                        + " most%n",
                rate,
                wanted(),
                messages,
                beats.worstLagNanos / 1e6);
        System.out.printf(
                Locale.ROOT,
                "message to app: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms%n",
                all.quantileMs(0.5),
                all.quantileMs(0.99),
                all.quantileMs(0.999));
        System.out.printf(
                Locale.ROOT,
                "relay: %.0f MB resident at most; heard by apps: %d heartbeats%n",
                resident / 1e6,
                traffic.heard.get());
    }

    /// Says WRONG where a message between two connections that held did not arrive, or a connected
    /// machine is not shown online. The load asks for no acknowledgements, so that a message which
    /// was under way when its connection ended may be lost; a client would have sent it again. An
    /// app whose connection has ended would read what it has missed.
    private void judge(
            LoadClient.Sockets opened,
            Disconnects disconnects,
            Beats beats,
            Traffic traffic,
            Town town)
            throws IOException, InterruptedException {
        long missing = 0;
        long missingOverLost = 0;
        var connected = new HashSet<String>();
        var open = new boolean[town.size()];
        opened.all().forEach(socket -> open[socket.counter] = socket.isOpen());
        for (LoadSocket socket : opened.all()) {
            int number = socket.counter;
            long left = beats.said.get(number) - traffic.arrived.get(number);
            if (open[number] && open[town.appOf(number)]) {
                missing += left;
            } else {
                missingOverLost += left;
            }
            if (open[number] && town.at(number) instanceof Town.Member.Machine(String id)) {
                connected.add(id);
            }
        }
        Set<String> offline = town.offline();
        int online = MACHINES - offline.size();
        offline.retainAll(connected);
        System.out.println(
                "connections lost: " + opened.lost() + "; the relay says: " + disconnects);
        if (opened.lost() > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "machines connected: %d, shown online: %d; messages from or to lost"
                            + " connections that did not arrive: %d%n",
                    connected.size(),
                    online,
                    missingOverLost);
        }
        if (missing != 0) {
            System.out.println("WRONG: messages sent but not delivered: " + missing);
        }
        if (!offline.isEmpty()) {
            System.out.println(
                    "WRONG: connected machines that are not shown online: " + offline.size());
        }
    }

    private void bars(double rate, double cores, long resident, Latencies all) {
        print("share of the rates", rate / wanted(), ">=", SHARE_THAT_COUNTS_AS_HELD);
        print("message to app, p99 ms", all.quantileMs(0.99), "<", 50);
        print("processors of the relay", cores, "<", 1);
        print("MB of the relay", resident / 1e6, "<", 1_000);
    }

    private double wanted() {
        return (MACHINE_BEATS + SESSION_BEATS + MESSAGES) * (double) factor;
    }

    private static void print(String what, double value, String relation, double bar) {
        boolean met = relation.equals("<") ? value < bar : value >= bar;
        System.out.println(
                RelayLoad.verdict(
                        what, value, met, relation.equals("<") ? "below" : "at least", bar));
    }

    /// Waits until every message has come or none has for ten seconds: behind a queue that has
    /// grown for minutes the last ones take as long.
    private static void awaitAll(Beats beats, Traffic traffic) throws InterruptedException {
        long delivered = -1;
        long changed = System.nanoTime();
        while (traffic.delivered.get() < beats.messages.get()
                && System.nanoTime() - changed < PATIENCE_NANOS) {
            if (traffic.delivered.get() != delivered) {
                delivered = traffic.delivered.get();
                changed = System.nanoTime();
            }
            Thread.sleep(50);
        }
    }

    /// What comes to the sockets.
    private static final class Traffic implements LoadClient.Traffic {
        private static final byte[] ACTIVITY = "activity".getBytes(StandardCharsets.US_ASCII);

        private final AtomicLongArray arrived;
        private final AtomicLong delivered = new AtomicLong();
        private final AtomicLong heard = new AtomicLong();
        private volatile Latencies all = new Latencies();
        private volatile Latencies interval = new Latencies();

        /// @param members how many may send
        Traffic(int members) {
            arrived = new AtomicLongArray(members);
        }

        @Override
        public void packet(LoadSocket socket, ByteBuf packet) {
            int at = Bytes.indexOf(packet, DeliveryLoad.MARK);
            if (at >= 0) {
                long nanos = System.nanoTime() - DeliveryLoad.sentAt(packet, at);
                all.record(nanos);
                interval.record(nanos);
                arrived.incrementAndGet(sender(packet, at));
                delivered.incrementAndGet();
            } else if (Bytes.indexOf(packet, ACTIVITY) >= 0) {
                heard.incrementAndGet();
            }
        }
    }

    private static int sender(ByteBuf packet, int mark) {
        return Integer.parseInt(
                packet.toString(
                        mark + DeliveryLoad.MARK_LENGTH, 6, StandardCharsets.US_ASCII));
    }

    /// What the sockets send, at fixed rates whatever comes back. On the client's event loop.
    private final class Beats {
        private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
        private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
        private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
        private static final int CONTENT = 400;

        private final AtomicLongArray said;
        private final AtomicLong messages = new AtomicLong();
        private final AtomicLong others = new AtomicLong();
        private final List<Sender> machines = new ArrayList<>();
        private final List<Sender> talkers = new ArrayList<>();
        private final String filler = "c".repeat(CONTENT);
        private final List<String> sessionIds;
        private volatile long worstLagNanos;
        private volatile boolean running = true;
        private long start;
        private long sentUntil;
        private long machineBeats;
        private long sessionBeats;

        Beats(Town town, List<LoadSocket> sockets) {
            sessionIds = town.sessions();
            said = new AtomicLongArray(town.size());
            for (LoadSocket socket : sockets) {
                switch (town.at(socket.counter)) {
                    case Town.Member.App _ -> {
                        // only listens
                    }
                    case Town.Member.Machine(String id) ->
                            machines.add(
                                    new Sender(socket, "machine-alive", "\"machineId\":\"" + id));
                    case Town.Member.Session(String id) ->
                            talkers.add(new Sender(socket, "session-alive", "\"sid\":\"" + id));
                }
            }
        }

        long sent() {
            return messages.get() + others.get();
        }

        void start(LoadClient client) {
            start = System.nanoTime();
            sentUntil = start;
            tick(client);
        }

        void stop() {
            running = false;
        }

        /// Sends what is due, in the order in which it is due, but no longer than a turn: behind a
        /// load that is too much for it, this client must still read, as its server closes those
        /// that do not.
        private void tick(LoadClient client) {
            if (!running) {
                return;
            }
            long now = System.nanoTime();
            worstLagNanos = Math.max(worstLagNanos, now - sentUntil - TICK_NANOS);
            while (now - sentUntil > 0 && System.nanoTime() - now < TURN_NANOS) {
                sentUntil = Math.min(now, sentUntil + TICK_NANOS);
                sendDue((sentUntil - start) / 1e9);
            }
            client.loops()
                    .next()
                    .schedule(
                            () -> tick(client),
                            sentUntil == now ? TICK_NANOS : PAUSE_NANOS,
                            TimeUnit.NANOSECONDS);
        }

        private void sendDue(double seconds) {
            for (; machineBeats < seconds * MACHINE_BEATS * factor; machineBeats++) {
                machines.get((int) (machineBeats % machines.size())).beat();
                others.incrementAndGet();
            }
            for (; sessionBeats < seconds * SESSION_BEATS * factor; sessionBeats++) {
                talkers.get((int) (sessionBeats % talkers.size())).beat();
                others.incrementAndGet();
            }
            while (messages.get() < seconds * MESSAGES * factor) {
                long number = messages.getAndIncrement();
                // Neighbours are of different accounts, so that no app hears a burst.
                LoadSocket socket = talkers.get((int) (number % talkers.size())).socket;
                say(socket, sessionIds.get(socket.counter - APPS - MACHINES), number);
            }
        }

        private void say(LoadSocket socket, String session, long number) {
            said.incrementAndGet(socket.counter);
            socket.send(
                    LoadSocket.frame(
                            "42[\"message\",{\"sid\":\"%s\",\"message\":\"%s%s%s\",\"localId\":\"p%d\"}]"
                                    .formatted(
                                            session,
                                            DeliveryLoad.mark(System.nanoTime()),
                                            SENDER.formatted(socket.counter),
                                            filler,
                                            number)));
            socket.flush();
        }
    }

    /// One socket and its heartbeat, of which only the time changes.
    private static final class Sender {
        private static final String NO_TIME = "1000000000000";

        private final LoadSocket socket;
        private final byte[] frame;
        private final int timeAt;

        Sender(LoadSocket socket, String event, String member) {
            this.socket = socket;
            String text = "42[\"" + event + "\",{" + member + "\",\"time\":" + NO_TIME + "}]";
            frame = LoadSocket.frame(text);
            timeAt = frame.length - NO_TIME.length() - 2;
        }

        void beat() {
            byte[] next = frame.clone();
            byte[] time =
                    Long.toString(System.currentTimeMillis()).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(time, 0, next, timeAt, time.length);
            socket.send(next);
            socket.flush();
        }
    }
}
