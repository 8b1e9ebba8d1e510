package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.crowd.KillTrouble.Death;
import dev.roosthold.conformance.crowd.NodeTrouble.Victim;
import dev.roosthold.conformance.crowd.Trouble.Kind;
import dev.roosthold.conformance.faults.FaultProxy;
import dev.roosthold.conformance.faults.FaultyComputer;
import dev.roosthold.conformance.faults.UnsafeDisk.Loss;
import dev.roosthold.conformance.wire.Http1;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Starts a server and a machine daemon of its own, lets a crowd work while they are killed part by
/// part, and judges what the crowd saw.
///
/// @param roost the words that start the `roost` command
/// @param other those of another version of it, with which each relay takes turns
/// @param folder for everything that is kept; empty or new
/// @param server what is started
/// @param kills of relays; of each other part one for ten of these, at least one
/// @param faults whether more is broken between the kills: links between clients and relays are
///     cut, delayed, slowed down and silenced; clocks are set; and, of a relay with a file of its
///     own, the disk fails and the power does
public record FaultRun(
        List<String> roost,
        Optional<List<String>> other,
        Path folder,
        Server server,
        int kills,
        boolean faults,
        CrowdOptions options) {
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PEACE = Duration.ofSeconds(4);
    private static final int LINKS_TO_ONE = 4;

    /// Longer than usual, as two relays and what they stand on share the computer with the crowd.
    private static final Duration PAUSE_AMONG_NODES = Duration.ofMillis(80);

    /// How far a clock is set from the real one. Those of several relays have to agree to within
    /// ten seconds.
    private static final Duration CLOCK_OF_ONE = Duration.ofDays(2);

    private static final Duration CLOCK_OF_NODE = Duration.ofSeconds(4);

    /// Of so many kills of a relay with a file of its own one is a power failure.
    private static final int KILLS_TO_A_POWER_FAILURE = 4;

    private static final String DATABASE = "relay.db";

    /// What is started.
    public sealed interface Server {
        /// A relay with its own database file.
        record One() implements Server {}

        /// Two relays on this database, to which nothing happens, with a nats-server between them.
        record Two(String database) implements Server {}

        /// The same with a PostgreSQL that is killed too.
        record Whole() implements Server {}
    }

    /// What was seen.
    ///
    /// @param leftOut what could not be done on this computer, for people
    public record Report(CrowdReport crowd, DaemonReport daemon, List<String> leftOut) {}

    public FaultRun {
        if (kills < 1) {
            throw new IllegalArgumentException("nothing is killed: " + kills);
        }
        roost = List.copyOf(roost);
    }

    /// Runs. A process that is told to stop meanwhile takes all its children with it.
    ///
    /// @throws IOException when a part of the server does not come up or is not installed
    public Report run() throws IOException, InterruptedException {
        var ending = new Thread(FaultRun::endChildren);
        Runtime.getRuntime().addShutdownHook(ending);
        try (HttpClient http = Http1.client().build()) {
            return switch (server) {
                case Server.One() -> one(http);
                case Server.Two(var database) -> two(http, database, List.of());
                case Server.Whole() -> whole(http);
            };
        } finally {
            forget(ending);
        }
    }

    private static void endChildren() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    private static void forget(Thread ending) {
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            // The process is stopping, and that thread is at work.
        }
    }

    private Report one(HttpClient http) throws IOException, InterruptedException {
        Path data = folder.resolve("relay");
        Optional<FaultyComputer> computer = computer("computer", data);
        try (var relay = RelayChild.start(settings(data, List.of(), computer));
                var daemon =
                        WatchedDaemon.start(roost, folder.resolve("machine"), http, relay.url());
                var links = links(relay.url(), relay.url(), LINKS_TO_ONE)) {
            var random = new Random(options.seed());
            int powerFailures =
                    computer.isEmpty() ? 0 : Math.ceilDiv(kills, KILLS_TO_A_POWER_FAILURE);
            List<Death> deaths = new ArrayList<>();
            deaths.add(
                    new Death(
                            Kind.KILL,
                            kills - powerFailures,
                            computer.<KillTrouble.Restart>map(
                                            faulty ->
                                                    () ->
                                                            relay.killAndRestart(
                                                                    faulty::loseProcess))
                                    .orElse(relay)));
            deaths.add(new Death(Kind.KILL, fewer(), daemon));
            computer.ifPresent(
                    faulty ->
                            deaths.add(
                                    new Death(
                                            Kind.POWER,
                                            powerFailures,
                                            () -> losePower(relay, faulty, random))));
            List<Trouble> others = new ArrayList<>(links.troubles(options.seed()));
            computer.ifPresent(
                    faulty -> {
                        others.add(new DiskTrouble(faulty, options.seed()));
                        others.add(clock(faulty, CLOCK_OF_ONE));
                    });
            Trouble trouble = mixed(new KillTrouble(deaths, LONGEST_LIFE, options.seed()), others);
            return report(
                    Crowd.run(relay.url(), links.addresses(), options, trouble),
                    daemon,
                    computer.isPresent());
        }
    }

    private static void losePower(RelayChild relay, FaultyComputer computer, Random random)
            throws IOException, InterruptedException {
        Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
        relay.killAndRestart(() -> computer.losePower(loss, random));
    }

    private Report whole(HttpClient http) throws IOException, InterruptedException {
        try (var postgres = PostgresChild.start(folder.resolve("postgresql"))) {
            return two(
                    http,
                    postgres.address(),
                    List.of(new Victim("PostgreSQL", Optional.empty(), fewer(), postgres)));
        }
    }

    private Report two(HttpClient http, String database, List<Victim> more)
            throws IOException, InterruptedException {
        Path data = folder.resolve("relays");
        Optional<FaultyComputer> oneComputer = computer("computer-1", data);
        Optional<FaultyComputer> twoComputer = computer("computer-2", data);
        try (var nats = NatsChild.start()) {
            List<String> cluster = List.of("--database", database, "--nats", nats.address());
            try (var one = RelayChild.start(settings(data, cluster, oneComputer));
                    var two = RelayChild.start(settings(data, cluster, twoComputer));
                    var daemon =
                            WatchedDaemon.start(roost, folder.resolve("machine"), http, one.url());
                    var links = links(one.url(), two.url(), 2)) {
                URI atOne = links.addresses().get(0);
                URI atTwo = links.addresses().get(1);
                List<Victim> victims = new ArrayList<>(more);
                victims.add(new Victim("relay", Optional.of(atOne), kills / 2, one));
                victims.add(new Victim("relay", Optional.of(atTwo), kills - kills / 2, two));
                victims.add(new Victim("NATS", Optional.empty(), fewer(), nats));
                victims.add(new Victim("machine daemon", Optional.empty(), fewer(), daemon));
                List<Trouble> others = new ArrayList<>(links.troubles(options.seed()));
                oneComputer.ifPresent(faulty -> others.add(clock(faulty, CLOCK_OF_NODE)));
                twoComputer.ifPresent(faulty -> others.add(clock(faulty, CLOCK_OF_NODE)));
                Trouble trouble =
                        mixed(new NodeTrouble(victims, LONGEST_PEACE, options.seed()), others);
                return report(
                        Crowd.run(
                                one.url(),
                                links.addresses(),
                                options.withNodes().withPause(PAUSE_AMONG_NODES),
                                trouble),
                        daemon,
                        oneComputer.isPresent());
            }
        }
    }

    private Report report(CrowdReport crowd, WatchedDaemon daemon, boolean whole)
            throws IOException, InterruptedException {
        return new Report(
                crowd,
                daemon.report(),
                faults && !whole
                        ? List.of("the disk, the power and the clock: Linux and a C compiler")
                        : List.of());
    }

    private int fewer() {
        return Math.max(1, kills / 10);
    }

    private Trouble clock(FaultyComputer computer, Duration longest) {
        return new ClockTrouble(computer::setClock, longest, options.seed());
    }

    private Trouble mixed(Trouble killing, List<Trouble> others) {
        return others.isEmpty() ? killing : new MixedTroubles(killing, others, options.seed());
    }

    private RelayChild.Settings settings(
            Path data, List<String> more, Optional<FaultyComputer> computer) {
        List<List<String>> versions = new ArrayList<>(List.of(roost));
        other.ifPresent(versions::add);
        return new RelayChild.Settings(
                versions, data, more, computer.map(FaultyComputer::environment).orElse(Map.of()));
    }

    private Optional<FaultyComputer> computer(String name, Path data)
            throws IOException, InterruptedException {
        return faults
                ? FaultyComputer.build(
                        Files.createDirectories(folder.resolve(name)), data, DATABASE)
                : Optional.empty();
    }

    private Links links(URI one, URI two, int count) throws IOException {
        List<FaultProxy> proxies = new ArrayList<>();
        for (int i = 0; faults && i < count; i++) {
            proxies.add(FaultProxy.before(i % 2 == 0 ? one : two));
        }
        List<URI> addresses =
                faults
                        ? proxies.stream().map(FaultProxy::url).toList()
                        : one.equals(two) ? List.of(one) : List.of(one, two);
        return new Links(proxies, addresses);
    }

    /// The ways to the relays; without proxies they are never broken.
    private record Links(List<FaultProxy> proxies, List<URI> addresses) implements AutoCloseable {
        List<Trouble> troubles(long seed) {
            return proxies.isEmpty() ? List.of() : List.of(new LinkTrouble(proxies, seed));
        }

        @Override
        public void close() {
            proxies.forEach(FaultProxy::close);
        }
    }
}
