package dev.roosthold.jazz.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.value.ValueLog;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RelayFileTest {
    private static final int VALUES = 200;

    @TempDir Path folder;

    @Test
    void aFullDiskLosesNothingAndEndsWhenThereIsRoom() throws SQLException {
        Path path = folder.resolve("jazz.db");
        ValueLog log = account();
        try (var file = RelayFile.open(path)) {
            Space space = file.space("first");
            file.commit();
            file.limitPages(4);
            assertThatThrownBy(() -> fill(file)).isInstanceOf(SQLException.class);
            file.rollback();
            assertThat(file.spaces()).containsExactly("first");
            assertThat(file.find(space.num, log.id())).isNull();

            file.limitPages(1_000_000);
            fill(file);
            file.insert(space.num, new Head(log.header()));
            assertThat(file.commit()).isTrue();
        }
        try (var file = RelayFile.open(path)) {
            assertThat(file.spaces()).hasSize(1 + VALUES);
            assertThat(file.find(file.space("first").num, log.id())).isNotNull();
        }
    }

    private static void fill(RelayFile file) throws SQLException {
        for (int i = 0; i < VALUES; i++) {
            file.space("x".repeat(500) + i);
        }
    }

    private static ValueLog account() {
        LocalNode ada =
                LocalNode.createAccount(
                        Identity.ofAccount(AgentSecret.ofSeed(new byte[32])).secret(),
                        "Ada",
                        InstantSource.system(),
                        new SecureRandom());
        return ada.node().logs().iterator().next();
    }
}
