package dev.roosthold.bench;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.Auth;
import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.NatsUrl;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.store.PostgresUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The relay in a process of its own, with the rates for single sockets, addresses and accounts
/// raised far above the load; everything else is as people run it, metrics included. Prints its
/// port, answers `metrics` on stdin with the port of its metrics, and ends when stdin ends.
///
/// Arguments: the data directory, the port (0: any), and where they are used the PostgreSQL
/// database and the NATS server.
final class BenchRelay {
    private static final Rate UNLIMITED = new Rate(10_000_000, 10_000_000);

    private BenchRelay() {}

    public static void main(String[] args) throws IOException {
        var config =
                RelayConfig.defaults()
                        .withPort(Integer.parseInt(args[1]))
                        .withRegistration(RegistrationPolicy.OPEN)
                        .withLimits(
                                RelayConfig.Limits.USUAL
                                        .withSocketEvents(UNLIMITED)
                                        .withAuth(new Auth.Rates(UNLIMITED, UNLIMITED)))
                        .withFront(
                                Front.USUAL.withLimits(
                                        Front.Limits.USUAL.withRequestsPerAccount(UNLIMITED)))
                        .withMetricsPort(0)
                        .withDataDirectory(Path.of(args[0]));
        if (args.length > 2) {
            config = config.withDatabase(PostgresUrl.parse(args[2]));
        }
        if (args.length > 3) {
            config = config.withCluster(new ClusterConfig(NatsUrl.parse(args[3])));
        }
        try (var relay = Relay.start(config)) {
            System.out.println("port " + relay.port());
            var commands =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                if (line.equals("metrics")) {
                    System.out.println("metrics " + relay.metricsPort().orElseThrow());
                }
            }
        }
        System.exit(0);
    }
}
