package dev.roosthold.sync.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Section 4: who may connect.
final class PeerTest {
    @Test
    void onlyTheOwnerAndRootMayConnect() {
        assertThat(IpcServer.isAllowed("ada", "ada")).isTrue();
        assertThat(IpcServer.isAllowed("root", "ada")).isTrue();
        assertThat(IpcServer.isAllowed("bob", "ada")).isFalse();
        assertThat(IpcServer.isAllowed("", "ada")).isFalse();
    }
}
