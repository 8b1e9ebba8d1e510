package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.crowd.NodeTrouble.Victim;
import dev.roosthold.conformance.faults.FaultProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Starts a server of its own, lets a crowd work on it while it is killed part by part, and judges
/// what the crowd saw.
///
/// @param roost the words that start the `roost` command
/// @param folder for everything that is kept; empty or new
/// @param server what is started
/// @param kills of relays; of each other part one for ten of these, at least one
/// @param breakLinks whether links between clients and relays are cut, delayed, slowed down and
///     silenced between the kills
public record FaultRun(
        List<String> roost,
        Path folder,
        Server server,
        int kills,
        boolean breakLinks,
        CrowdOptions options) {
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PEACE = Duration.ofSeconds(4);
    private static final int LINKS_TO_ONE = 4;

    /// Longer than usual, as two relays and what they stand on share the computer with the crowd.
    private static final Duration PAUSE_AMONG_NODES = Duration.ofMillis(80);

    /// What is started.
    public sealed interface Server {
        /// A relay with its own database file.
        record One() implements Server {}

        /// Two relays on this database, to which nothing happens, with a nats-server between them.
        record Two(String database) implements Server {}

        /// The same with a PostgreSQL that is killed too.
        record Whole() implements Server {}
    }

    public FaultRun {
        if (kills < 1) {
            throw new IllegalArgumentException("nothing is killed: " + kills);
        }
        roost = List.copyOf(roost);
    }

    /// Runs. A process that is told to stop meanwhile takes all its children with it.
    ///
    /// @throws IOException when a part of the server does not come up or is not installed
    public CrowdReport run() throws IOException, InterruptedException {
        var ending = new Thread(FaultRun::endChildren);
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            return switch (server) {
                case Server.One() -> one();
                case Server.Two(var database) -> two(database, List.of());
                case Server.Whole() -> whole();
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

    private CrowdReport one() throws IOException, InterruptedException {
        try (var relay = RelayChild.start(roost, folder);
                var links = links(relay.url(), relay.url(), LINKS_TO_ONE)) {
            var killing = new KillTrouble(relay, kills, LONGEST_LIFE, options.seed());
            return Crowd.run(relay.url(), links.addresses(), options, links.beside(killing));
        }
    }

    private CrowdReport whole() throws IOException, InterruptedException {
        try (var postgres = PostgresChild.start(folder.resolve("postgresql"))) {
            return two(
                    postgres.address(),
                    List.of(new Victim("PostgreSQL", Optional.empty(), fewer(), postgres)));
        }
    }

    private CrowdReport two(String database, List<Victim> more)
            throws IOException, InterruptedException {
        Path data = folder.resolve("relays");
        try (var nats = NatsChild.start()) {
            List<String> cluster = List.of("--database", database, "--nats", nats.address());
            try (var one = RelayChild.start(roost, data, cluster);
                    var two = RelayChild.start(roost, data, cluster);
                    var links = links(one.url(), two.url(), 2)) {
                URI atOne = links.addresses().get(0);
                URI atTwo = links.addresses().get(1);
                List<Victim> victims = new ArrayList<>(more);
                victims.add(new Victim("relay", Optional.of(atOne), kills / 2, one));
                victims.add(new Victim("relay", Optional.of(atTwo), kills - kills / 2, two));
                victims.add(new Victim("NATS", Optional.empty(), fewer(), nats));
                var killing = new NodeTrouble(victims, LONGEST_PEACE, options.seed());
                return Crowd.run(
                        one.url(),
                        links.addresses(),
                        options.withNodes().withPause(PAUSE_AMONG_NODES),
                        links.beside(killing));
            }
        }
    }

    private int fewer() {
        return Math.max(1, kills / 10);
    }

    private Links links(URI one, URI two, int count) throws IOException {
        List<FaultProxy> proxies = new ArrayList<>();
        for (int i = 0; breakLinks && i < count; i++) {
            proxies.add(FaultProxy.before(i % 2 == 0 ? one : two));
        }
        List<URI> addresses =
                breakLinks
                        ? proxies.stream().map(FaultProxy::url).toList()
                        : one.equals(two) ? List.of(one) : List.of(one, two);
        return new Links(proxies, addresses, options.seed());
    }

    /// The ways to the relays; without proxies they are never broken.
    private record Links(List<FaultProxy> proxies, List<URI> addresses, long seed)
            implements AutoCloseable {
        Trouble beside(Trouble killing) {
            return proxies.isEmpty()
                    ? killing
                    : new BothTroubles(killing, new LinkTrouble(proxies, seed), seed);
        }

        @Override
        public void close() {
            proxies.forEach(FaultProxy::close);
        }
    }
}
