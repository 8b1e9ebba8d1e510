package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.AccountOptions;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.overview.MachineOverview;
import dev.roosthold.client.overview.Overview;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.conformance.RelayRig;
import dev.roosthold.conformance.peers.PhoneApp.Approval;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.DaemonConfig;
import dev.roosthold.daemon.DaemonEnd;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.MachineChange;
import dev.roosthold.daemon.MachineDaemon;
import dev.roosthold.daemon.MachineIdentity;
import dev.roosthold.daemon.MachineListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What our programs and the published command lines write about a machine is readable to each
/// other, in both ways in which a command line can be let in.
@Tag("peers")
class RoostAndHappyTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
    void ourClientReadsWhatTheirDaemonWrote(String peer, Approval approval) throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = HappyCli.Setting.of(packages, peer, home, relay.url());
            String machineId = HappyCli.pair(setting, app, approval);
            String host = InetAddress.getLocalHost().getHostName();
            try (HappyCli daemon = HappyCli.start(setting, "daemon", "start-sync");
                    Account account =
                            Account.resume(
                                    new SignIn.Whole(
                                            address(relay.url()),
                                            app.master(),
                                            new BearerToken(app.token()),
                                            true),
                                    SessionKeys.NONE,
                                    AccountOptions.usual("roost-test/1.0"))) {
                MachineOverview running =
                        awaitMachine(
                                account,
                                daemon,
                                machine -> machine.online() && machine.sinceMs() > 0);
                assertThat(running.id().value()).isEqualTo(machineId);
                assertThat(running.locked()).isFalse();
                assertThat(running.name()).isEqualTo(host);
                assertThat(running.platform()).contains("linux");

                daemon.terminate();
                assertThat(daemon.awaitExit()).isZero();
                MachineOverview stopped =
                        awaitMachine(account, daemon, machine -> !machine.online());
                assertThat(stopped.locked()).isFalse();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"happy", "happy-coder"})
    void theirDaemonGoesOnFromWhatOurDaemonWrote(String peer) throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = HappyCli.Setting.of(packages, peer, home, relay.url());
            HappyCli.pair(setting, app, Approval.DATA_KEY);
            String machineId = ourDaemonRunsAndIsStoppedByTheApp(setting, app);
            JsonNode ours = app.decrypted(machineId, "metadata");

            becomeMachine(setting, machineId);
            try (HappyCli daemon = HappyCli.start(setting, "daemon", "start-sync")) {
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        app.decrypted(machineId, "daemonState")
                                                .path("status")
                                                .asString()
                                                .equals("running"));
                JsonNode state = app.decrypted(machineId, "daemonState");
                // It changes what it has read: whoever could not open our record would have lost
                // these two.
                assertThat(state.path("shutdownSource").asString()).isEqualTo("mobile-app");
                assertThat(state.path("shutdownRequestedAt").isIntegralNumber()).isTrue();
                assertThat(app.decrypted(machineId, "metadata").path("host"))
                        .isEqualTo(ours.path("host"));
                daemon.terminate();
                assertThat(daemon.awaitExit()).isZero();
            }
        }
    }

    /// @return the id of the machine
    private String ourDaemonRunsAndIsStoppedByTheApp(HappyCli.Setting setting, PhoneApp app)
            throws Exception {
        JsonNode credential = JSON.readTree(setting.credentialFile());
        Base64.Decoder base64 = Base64.getDecoder();
        SignIn signIn =
                new SignIn.Terminal(
                        address(setting.server()),
                        new BoxPublicKey(
                                base64.decode(
                                        credential
                                                .path("encryption")
                                                .path("publicKey")
                                                .asString())),
                        new SymmetricKey(
                                base64.decode(
                                        credential
                                                .path("encryption")
                                                .path("machineKey")
                                                .asString())),
                        new BearerToken(credential.path("token").asString()));
        Path roost = folder.resolve("roost");
        new SignInFile(roost).write(signIn);
        MachineIdentity identity = new Enrolment(roost).ofSignIn(signIn, home);
        String id = identity.machine().value();
        MachineDaemon daemon =
                new MachineDaemon(DaemonConfig.of(roost, identity, "1.2.3"), new Unheard());
        var end = new CompletableFuture<DaemonEnd>();
        Thread.startVirtualThread(() -> end.complete(daemon.run()));
        await().atMost(PATIENCE).until(() -> app.machine(id).path("active").asBoolean(false));
        await().atMost(PATIENCE)
                .until(
                        () ->
                                app.decrypted(id, "daemonState")
                                        .path("status")
                                        .asString()
                                        .equals("running"));
        app.callMachine(id, "stop-daemon", Map.of());
        end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(app.decrypted(id, "daemonState").path("status").asString())
                .isEqualTo("offline");
        return id;
    }

    /// What a person does who goes from our daemon back to theirs on one computer.
    private static void becomeMachine(HappyCli.Setting setting, String machineId)
            throws IOException {
        ObjectNode settings = (ObjectNode) JSON.readTree(setting.settingsFile());
        settings.put("machineId", machineId);
        JSON.writeValue(setting.settingsFile(), settings);
    }

    private static MachineOverview awaitMachine(
            Account account, HappyCli daemon, Predicate<MachineOverview> condition) {
        return await().atMost(PATIENCE)
                .until(
                        () ->
                                switch (new Overview(account).machines()) {
                                    case Reply.Success<List<MachineOverview>> found ->
                                            found.value().stream().filter(condition).findFirst();
                                    default -> Optional.<MachineOverview>empty();
                                },
                        Optional::isPresent)
                .orElseThrow();
    }

    private static final class Unheard implements MachineListener {
        @Override
        public void changed(MachineChange change) {}

        @Override
        public void notice(String text) {}
    }

    private static RelayAddress address(URI url) {
        return RelayAddress.parse(url.toString());
    }
}
