package dev.roosthold.relay;

import dev.roosthold.jazz.peers.EditScripts;
import dev.roosthold.jazz.peers.InteropSuite;
import dev.roosthold.jazz.peers.NpmPackages;
import dev.roosthold.jazz.peers.RelayUnderTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Published Jazz clients and ours, on our relay.
final class JazzInteropTest extends InteropSuite {
    private static final Path JAZZ = Path.of("../jazz");

    @Override
    protected Path module() {
        return JAZZ;
    }

    @Override
    protected RelayUnderTest start(Path npm, Path folder) {
        return new JazzRelayProcess(folder);
    }

    @Test
    void editsThroughOurRelayEndInEqualStates(@TempDir Path folder) {
        try (var relay = new JazzRelayProcess(folder)) {
            EditScripts.run(NpmPackages.folder(JAZZ), relay.address(), 2000, 30);
        }
    }
}
