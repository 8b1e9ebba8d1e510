package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `roost health` and `roost --version`.
final class HealthTest {
    @TempDir Path home;

    @Test
    void theExitStatusTellsWhetherTheRelayWorks() throws Exception {
        String port;
        try (RoostProcess relay = RoostProcess.relay(home)) {
            port = Integer.toString(relay.port());
            try (RoostProcess health = RoostProcess.start(home, "health", "--port", port)) {
                assertThat(health.exitStatus()).as("%s", health.lines()).isZero();
            }
            try (RoostProcess health =
                    RoostProcess.start(home, "health", "--server", relay.address() + "/")) {
                assertThat(health.exitStatus()).as("%s", health.lines()).isZero();
            }
        }
        try (RoostProcess health = RoostProcess.start(home, "health", "--port", port)) {
            assertThat(health.exitStatus()).isEqualTo(1);
            health.awaitLine("error: no relay answers at http://127.0.0.1:" + port);
        }
    }

    @Test
    void theVersionNamesTheBuild() {
        assertThat(Version.build()).matches("[0-9a-f]{12}\\+?|unknown");
        assertThat(new Version().getVersion())
                .satisfiesExactly(
                        version -> assertThat(version).startsWith("roost "),
                        build -> assertThat(build).startsWith("build " + Version.build()));
    }
}
