package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.crypto.AccountKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a person sees of a machine while its daemon and the relay start, stop and die, each a
/// process of its own.
final class MachinePresenceTest {
    private static final String MACHINE = "machine_for_the_tests";
    private static final String SECRET = "a-secret-of-thirty-two-characters";

    @TempDir Path relayHome;
    @TempDir Path machineHome;

    private RoostProcess relay;
    private AppClient app;
    private RoostProcess daemon;

    @BeforeEach
    void enrolOneMachine() throws Exception {
        relay = RoostProcess.relay(relayHome);
        app = AppClient.signUp(relay.address());
        JsonNode _ =
                app.require(
                        "POST",
                        "/v1/web/machines",
                        Map.of("machineId", MACHINE, "secret", SECRET, "name", "laptop"));
        daemon =
                RoostProcess.start(
                        machineHome,
                        "enrol",
                        "--server",
                        relay.address(),
                        "--token",
                        MACHINE + ":" + SECRET,
                        "--account-key",
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(
                                        AccountKeys.of(app.secret()).contentPublicKey().bytes()));
    }

    @AfterEach
    void stop() {
        daemon.close();
        relay.close();
    }

    @Test
    void killedDaemonIsShownOfflineWithinTenSeconds() throws Exception {
        awaitStatus("online", Duration.ofSeconds(20));

        daemon.kill();

        awaitStatus("offline", Duration.ofSeconds(10));
    }

    @Test
    void plannedStopIsShownOfflineAtOnceAndExitsCleanly() throws Exception {
        awaitStatus("online", Duration.ofSeconds(20));

        assertThat(daemon.terminate()).isIn(0, 143);

        awaitStatus("offline", Duration.ofSeconds(2));
    }

    @Test
    void restartedRelayShowsNoDeadMachineOnlineAndALivingOneComesBack() throws Exception {
        awaitStatus("online", Duration.ofSeconds(20));
        int port = relay.port();

        relay.kill();
        daemon.kill();
        relay = RoostProcess.relay(relayHome, "--port", String.valueOf(port));

        assertThat(row().path("status").asString()).isEqualTo("offline");
        assertThat(app.get("/v1/machines").path(0).path("active").asBoolean()).isFalse();

        daemon = RoostProcess.start(machineHome, "daemon", "run");
        awaitStatus("online", Duration.ofSeconds(20));
        relay.kill();
        relay = RoostProcess.relay(relayHome, "--port", String.valueOf(port));
        awaitStatus("online", Duration.ofSeconds(40));
    }

    @Test
    void credentialIsReadableByItsUserAlone() throws Exception {
        awaitStatus("online", Duration.ofSeconds(20));

        Path file = machineHome.resolve(".roost").resolve("machine.json");
        assertThat(Files.getPosixFilePermissions(file))
                .containsExactlyInAnyOrder(
                        java.nio.file.attribute.PosixFilePermission.OWNER_READ,
                        java.nio.file.attribute.PosixFilePermission.OWNER_WRITE);
        assertThat(String.join("\n", daemon.lines())).doesNotContain(SECRET);
    }

    @Test
    void mistypedTokenIsRefusedAndNothingIsStored(@TempDir Path otherHome) throws Exception {
        try (RoostProcess mistyped =
                RoostProcess.start(
                        otherHome,
                        "enrol",
                        "--server",
                        relay.address(),
                        "--token",
                        MACHINE + ":" + SECRET + "x",
                        "--account-key",
                        "A".repeat(43))) {
            assertThat(mistyped.exitStatus()).as("%s", mistyped.lines()).isEqualTo(1);
            assertThat(mistyped.lines()).contains("error: the relay does not know this token");
            assertThat(otherHome.resolve(".roost").resolve("machine.json")).doesNotExist();
        }
    }

    /// The address that stands for all of this computer's is none of the loopback's.
    @Test
    void plainHttpToAnotherComputerIsWarnedAbout(@TempDir Path otherHome) throws Exception {
        try (RoostProcess enrol =
                RoostProcess.start(
                        otherHome,
                        "enrol",
                        "--server",
                        relay.address().replace("127.0.0.1", "0.0.0.0"),
                        "--token",
                        MACHINE + ":" + SECRET + "x",
                        "--account-key",
                        "A".repeat(43))) {
            assertThat(enrol.exitStatus()).as("%s", enrol.lines()).isEqualTo(1);
            assertThat(enrol.lines())
                    .anyMatch(line -> line.startsWith("warning: http://0.0.0.0"))
                    .noneMatch(line -> line.contains(SECRET));
        }
    }

    private void awaitStatus(String status, Duration within) {
        await().atMost(within)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsMatching(e -> e instanceof java.io.IOException)
                .untilAsserted(
                        () ->
                                assertThat(row().path("status").asString())
                                        .as("%s", daemon.lines())
                                        .isEqualTo(status));
    }

    private JsonNode row() throws Exception {
        return app.get("/v1/web/machines").path(0);
    }
}
