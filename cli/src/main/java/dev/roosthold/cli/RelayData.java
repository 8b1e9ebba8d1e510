package dev.roosthold.cli;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.store.PostgresUrl;
import dev.roosthold.relay.store.Store;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Directory and database of a relay, for the relay and for commands that work beside it or without
/// it.
final class RelayData {
    @Mixin private DataOption data;

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = {
                "A PostgreSQL database in place of the file in the directory:"
                        + " postgresql://user@host:5432/database?sslmode=require.",
                "PGPASSWORD holds the password, if it does not stand in ROOST_DATABASE or the"
                        + " settings file."
            })
    private @Nullable String database;

    Path path() {
        return data.path();
    }

    RelayConfig config() {
        RelayConfig config = data.config();
        return database == null ? config : config.withDatabase(url(database));
    }

    boolean isServer() {
        return database != null;
    }

    /// @throws CommandFailure when no relay has ever kept its data there
    RelayConfig existing() {
        RelayConfig config = config();
        if (!Relay.hasStore(config)) {
            throw new CommandFailure(
                    "there is no relay in " + path(),
                    "Start it once with `roost up`, or name its directory with --data.");
        }
        return config;
    }

    /// Opens the database of a relay that was started at least once.
    Store open() {
        return Relay.openStore(existing());
    }

    private static PostgresUrl url(String text) {
        try {
            PostgresUrl url = PostgresUrl.parse(text);
            Optional<String> password = Optional.ofNullable(System.getenv("PGPASSWORD"));
            return url.password().isEmpty() && password.isPresent()
                    ? url.withPassword(password.get())
                    : url;
        } catch (PostgresUrl.Malformed e) {
            throw new CommandFailure("--database: " + e.getMessage(), e.advice());
        }
    }
}
