package dev.roosthold.cli;

import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.NatsUrl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A relay that is one of several.
final class ClusterOptions {
    @Option(
            names = "--nats",
            paramLabel = "URL",
            description = {
                "Runs this relay as one of several on the same --database and --data:"
                        + " nats://host:4222, the NATS server between them.",
                "tls:// for an encrypted connection; several servers with commas between them."
            })
    private @Nullable String nats;

    /// @throws CommandFailure when it is no address, or the relays would have no common database
    RelayConfig apply(RelayConfig config) {
        if (nats == null) {
            return config;
        }
        if (config.database().isEmpty()) {
            throw new CommandFailure(
                    "--nats needs --database",
                    "Several relays keep their records in one PostgreSQL database. A relay that is"
                            + " alone needs neither.");
        }
        try {
            return config.withCluster(new ClusterConfig(NatsUrl.parse(nats)));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    "--nats: " + e.getMessage(),
                    "It looks like nats://host:4222 or tls://user:password@host:4222, several with"
                            + " commas between them.");
        }
    }
}
