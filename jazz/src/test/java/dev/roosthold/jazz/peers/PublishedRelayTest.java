package dev.roosthold.jazz.peers;

import java.nio.file.Path;

/// Through a relay made of the published packages.
final class PublishedRelayTest extends InteropSuite {
    @Override
    protected RelayUnderTest start(Path npm, Path folder) {
        return RelayUnderTest.js(npm, folder.resolve("relay.db"));
    }
}
