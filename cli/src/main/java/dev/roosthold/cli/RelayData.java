package dev.roosthold.cli;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;

/// The data of a relay, for commands that work beside it or without it.
final class RelayData {
    private RelayData() {}

    /// Opens the database of a relay that was started at least once.
    static Store open(Path directory) {
        RelayConfig config = RelayConfig.defaults().withDataDirectory(directory);
        if (!Files.isDirectory(directory) || !Relay.hasStore(config)) {
            throw new CommandFailure(
                    "there is no relay in " + directory,
                    "Start it once with `roost up`, or name its directory with --data.");
        }
        return Relay.openStore(config);
    }
}
