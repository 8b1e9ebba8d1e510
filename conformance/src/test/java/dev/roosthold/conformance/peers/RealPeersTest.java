package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.conformance.RelayRig;
import dev.roosthold.conformance.peers.PhoneApp.Approval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The published command lines, unchanged, against our relay: a person pairs them from an app, and
/// their daemons register a machine, keep its state and go on and off line.
@Tag("peers")
class RealPeersTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Path packages;

    @TempDir Path folder;
    private Path home;

    @BeforeAll
    static void installPackages() {
        packages = PeerPackages.installed();
    }

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"happy, DATA_KEY", "happy, LEGACY", "happy-coder, DATA_KEY", "happy-coder, LEGACY"})
    void pairedDaemonIsReadableByTheAppAndItsPlannedStopIsSeenAtOnce(String peer, Approval approval)
            throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            String machineId = HappyCli.pair(setting, app, approval);

            try (HappyCli daemon = HappyCli.start(setting, "daemon", "start-sync")) {
                awaitRunning(app, machineId, daemon);
                JsonNode machine = app.machine(machineId);
                assertThat(machine.path("dataEncryptionKey").isString())
                        .isEqualTo(approval == Approval.DATA_KEY);
                JsonNode metadata = app.decrypted(machineId, "metadata");
                assertThat(metadata.path("homeDir").asString()).isEqualTo(home.toString());
                assertThat(metadata.path("happyCliVersion").asString()).isEqualTo(version(peer));
                assertThat(app.updates("new-machine", machineId)).hasSize(1);

                daemon.terminate();
                awaitShuttingDownAndOffline(app, machineId);
                assertThat(daemon.awaitExit()).isZero();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"happy", "happy-coder"})
    void daemonHeartbeatsAndComesBackAfterARelayRestart(String peer) throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            String machineId = HappyCli.pair(setting, app, Approval.DATA_KEY);

            try (HappyCli daemon = HappyCli.start(setting, "daemon", "start-sync")) {
                awaitRunning(app, machineId, daemon);
                awaitHeartbeat(app, machineId);

                PeerPackages.requireNonLoopbackAddress();
                int version = app.machine(machineId).path("daemonStateVersion").asInt();
                relay.stop();
                relay.startAgain();
                app.awaitConnects(2);

                awaitStateAfter(version, app, machineId);
                assertThat(daemon.isRunning()).isTrue();

                daemon.kill();
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> !app.machine(machineId).path("active").asBoolean(true));
                await().atMost(Duration.ofSeconds(2)).until(() -> !lastAnnounced(app, machineId));
            }
        }
    }

    @Test
    void machineOfAnotherAccountIsRefusedWithAdviceAndStaysAsItIs() throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp first = PhoneApp.signUp(relay.url());
                PhoneApp second = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting("happy", relay);
            String machineId = HappyCli.pair(setting, first, Approval.DATA_KEY);
            try (HappyCli daemon = HappyCli.start(setting, "daemon", "start-sync")) {
                awaitRunning(first, machineId, daemon);
                daemon.terminate();
                daemon.awaitExit();
            }
            String before = first.machine(machineId).path("metadata").asString();

            Files.delete(setting.credentialFile());
            String settings = Files.readString(setting.settingsFile());
            HappyCli.pair(setting, second, Approval.DATA_KEY);
            Files.writeString(setting.settingsFile(), settings);
            try (HappyCli daemon = HappyCli.start(setting, "daemon", "start-sync")) {
                daemon.awaitOutput(Pattern.compile("already registered to another account"));
            }

            assertThat(second.machine(machineId).isMissingNode()).isTrue();
            assertThat(first.machine(machineId).path("metadata").asString()).isEqualTo(before);
        }
    }

    private HappyCli.Setting setting(String peer, RelayRig relay) {
        return HappyCli.Setting.of(packages, peer, home, relay.url());
    }

    private static void awaitRunning(PhoneApp app, String machineId, HappyCli daemon) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> app.machine(machineId).path("active").asBoolean(false));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> {
                            JsonNode state = app.decrypted(machineId, "daemonState");
                            assertThat(state.path("status").asString()).isEqualTo("running");
                            assertThat(app.updates("update-machine", machineId))
                                    .anySatisfy(
                                            body ->
                                                    assertThat(status(app, machineId, body))
                                                            .isEqualTo("running"));
                            assertThat(lastAnnounced(app, machineId)).isTrue();
                        });
        assertThat(daemon.isRunning()).isTrue();
    }

    private static void awaitHeartbeat(PhoneApp app, String machineId) {
        int before = app.presence(machineId).size();
        await().atMost(Duration.ofSeconds(35)).until(() -> app.presence(machineId).size() > before);
        assertThat(lastAnnounced(app, machineId)).isTrue();
    }

    private static void awaitStateAfter(int version, PhoneApp app, String machineId) {
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            JsonNode machine = app.machine(machineId);
                            return machine.path("active").asBoolean(false)
                                    && machine.path("daemonStateVersion").asInt() > version;
                        });
        assertThat(app.decrypted(machineId, "daemonState").path("status").asString())
                .isEqualTo("running");
    }

    private static void awaitShuttingDownAndOffline(PhoneApp app, String machineId) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> {
                            JsonNode machine = app.machine(machineId);
                            assertThat(machine.path("active").asBoolean(true)).isFalse();
                            assertThat(lastAnnounced(app, machineId)).isFalse();
                        });
        JsonNode state = app.decrypted(machineId, "daemonState");
        assertThat(state.path("status").asString()).isEqualTo("shutting-down");
        assertThat(state.path("shutdownSource").asString()).isEqualTo("os-signal");
    }

    private static String status(PhoneApp app, String machineId, JsonNode body) {
        JsonNode value = body.path("daemonState").path("value");
        return value.isString()
                ? app.decrypted(app.machine(machineId), value.asString()).path("status").asString()
                : "";
    }

    private static boolean lastAnnounced(PhoneApp app, String machineId) {
        var presence = app.presence(machineId);
        return !presence.isEmpty() && presence.getLast().path("active").asBoolean();
    }

    private static String version(String peer) {
        JsonNode manifest =
                JSON.readTree(
                        packages.resolve("node_modules").resolve(peer).resolve("package.json"));
        return manifest.path("version").asString();
    }
}
