package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.conformance.RelayRig;
import dev.roosthold.conformance.peers.PhoneApp.Approval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Coding sessions of the published packages, unchanged, against our relay: `happy-coder` 0.13.0
/// writes its messages over the socket, `happy` 1.2.5 over HTTP; both are called by the app.
@Tag("peers")
class RealSessionsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration SOON = Duration.ofSeconds(10);

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
    void personAndAgentReadEachOtherOnceAndInOrder(String peer, Approval approval)
            throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            String machineId = HappyCli.pair(setting, app, approval);

            try (CodingSession session = CodingSession.start(setting)) {
                var chat = new Chat(app, session.id());
                assertCreatedAsItWas(chat, app, session.id(), machineId, approval);

                chat.write("one", "two");
                awaitHeard(session, "one", "two");
                session.say("three");
                session.say("four");
                awaitSaid(chat, "three", "four");
                chat.write("five");
                awaitHeard(session, "one", "two", "five");
                session.say("six");
                awaitSaid(chat, "three", "four", "six");

                assertStoredAsSent(chat, peer);
                assertThat(chat.saidLive()).containsExactly("three", "four", "six");
                assertThat(session.heard()).containsExactly("one", "two", "five");
                assertOwnMessagesComeBack(session, chat, peer);
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"happy, DATA_KEY", "happy, LEGACY", "happy-coder, DATA_KEY", "happy-coder, LEGACY"})
    void callsAreAnsweredAlsoWithNothingInOrOut(String peer, Approval approval) throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            HappyCli.pair(setting, app, approval);

            try (CodingSession session = CodingSession.start(setting)) {
                var chat = new Chat(app, session.id());

                JsonNode shell = JSON.readTree(chat.call("bash", "{\"command\":\"echo hello\"}"));
                assertThat(shell.path("success").asBoolean()).isTrue();
                assertThat(shell.path("stdout").asString()).isEqualTo("hello\n");
                assertThat(chat.call("repeat", "{\"a\":[1,null,\"ü\"]}"))
                        .isEqualTo("{\"parameters\":{\"a\":[1,null,\"ü\"]}}");

                assertThat(chat.call("repeat", "\"\"")).isEqualTo("{\"parameters\":\"\"}");
                // Nothing at all is no JSON: one form of the packages makes null of it, the other
                // an error. Either way there is an encrypted answer.
                assertThat(chat.call("repeat", ""))
                        .isEqualTo(
                                approval == Approval.DATA_KEY
                                        ? "{\"parameters\":null}"
                                        : "{\"error\":\"Unexpected end of JSON input\"}");
                assertThat(chat.call("abort", "{}")).isEmpty();
                assertThat(chat.call("abort", "\"\"")).isEmpty();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"happy", "happy-coder"})
    void stateAndEndOfASessionReachTheApp(String peer) throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            HappyCli.pair(setting, app, Approval.DATA_KEY);

            try (CodingSession session = CodingSession.start(setting)) {
                var chat = new Chat(app, session.id());

                session.title("Mending the roof");
                session.ask("q1", "Bash");
                session.title("Mending the fence");
                await().atMost(SOON)
                        .untilAsserted(
                                () -> {
                                    JsonNode row = chat.row();
                                    assertThat(row.path("metadataVersion").asInt()).isEqualTo(2);
                                    assertThat(row.path("agentStateVersion").asInt()).isEqualTo(1);
                                });
                JsonNode row = chat.row();
                JsonNode metadata = chat.opened(row.path("metadata").asString());
                assertThat(metadata.path("summary").path("text").asString())
                        .isEqualTo("Mending the fence");
                JsonNode state = chat.opened(row.path("agentState").asString());
                assertThat(state.path("requests").path("q1").path("tool").asString())
                        .isEqualTo("Bash");
                assertThat(app.sessionUpdates("update-session", session.id())).hasSize(3);

                session.say("done");
                await().atMost(SOON)
                        .until(() -> !app.sessionEphemerals("usage", session.id()).isEmpty());

                assertThat(session.end()).isZero();
                await().atMost(SOON)
                        .until(
                                () ->
                                        !chat.row().path("active").asBoolean(true)
                                                && !lastActivity(app, session.id()));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"happy", "happy-coder"})
    void whatHappensAroundARelayRestartArrivesOnce(String peer) throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            HappyCli.pair(setting, app, Approval.DATA_KEY);
            PeerPackages.requireNonLoopbackAddress();

            try (CodingSession session = CodingSession.start(setting)) {
                var chat = new Chat(app, session.id());

                restartAndWriteMeanwhile(relay, app, session, () -> chat.write("one", "two"));
                session.awaitConnects(2);
                awaitHeard(session, "one", "two");
                // The older client asks for nothing after a reconnect; the newer one reads anew.
                assertThat(session.recovered()).isEqualTo(peer.equals("happy-coder"));
                chat.write("three");
                awaitHeard(session, "one", "two", "three");

                restartAndWriteMeanwhile(relay, app, session, () -> chat.write("four", "five"));
                session.awaitConnects(3);
                awaitHeard(session, "one", "two", "three", "four", "five");
                assertThat(session.recovered()).isEqualTo(peer.equals("happy-coder"));

                relay.stop();
                // What the older client writes to a connection that has ended is lost.
                session.awaitDisconnects(3);
                session.say("said to nobody");
                relay.startAgain();
                session.awaitConnects(4);
                awaitSaid(chat, "said to nobody");
                session.say("last");
                awaitSaid(chat, "said to nobody", "last");
                chat.write("six");
                awaitHeard(session, "one", "two", "three", "four", "five", "six");

                // Whatever was repeated would have come before the answer to this.
                chat.call("repeat", "{}");
                assertThat(session.heard())
                        .containsExactly("one", "two", "three", "four", "five", "six");
                assertThat(chat.said()).containsExactly("said to nobody", "last");
            }
        }
    }

    @ParameterizedTest(name = "{0} runs {1}")
    @CsvSource({"happy, agy", "happy-coder, claude"})
    void appStartsASessionOnTheMachineAndTalksToItsAgent(String peer, String agent)
            throws Exception {
        try (RelayRig relay = RelayRig.start(folder.resolve("data"));
                PhoneApp app = PhoneApp.signUp(relay.url())) {
            HappyCli.Setting setting = setting(peer, relay);
            setting.installAgents();
            String machineId = HappyCli.pair(setting, app, Approval.DATA_KEY);
            String project = Files.createDirectory(home.resolve("project")).toString();

            try (HappyCli _ = HappyCli.start(setting, "daemon", "start-sync")) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> app.machine(machineId).path("active").asBoolean(false));
                JsonNode started =
                        app.callMachine(
                                machineId,
                                "spawn-happy-session",
                                Map.of(
                                        "type", "spawn-in-directory",
                                        "directory", project,
                                        "agent", agent));
                assertThat(started.path("type").asString()).as("%s", started).isEqualTo("success");
                String id = started.path("sessionId").asString();
                var chat = new Chat(app, id);
                JsonNode metadata = chat.opened(chat.row().path("metadata").asString());
                try {
                    assertThat(metadata.path("path").asString()).isEqualTo(project);
                    assertThat(metadata.path("machineId").asString()).isEqualTo(machineId);
                    await().atMost(SOON).until(() -> lastActivity(app, id));

                    chat.write("hello");
                    awaitSaid(chat, "you said: hello");
                    chat.write("and again");
                    awaitSaid(chat, "you said: hello", "you said: and again");

                    assertThat(JSON.readTree(chat.call("killSession", "{}")).path("success"))
                            .isEqualTo(JSON.readTree("true"));
                    await().atMost(SOON).until(() -> !chat.row().path("active").asBoolean(true));
                } finally {
                    // Sessions are made to outlive the daemon.
                    ProcessHandle.of(metadata.path("hostPid").asLong(-1))
                            .ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        }
    }

    /// Something that talks to the relay.
    private interface Exchange {
        void run() throws IOException, InterruptedException;
    }

    /// The session notices nothing until all is over.
    private static void restartAndWriteMeanwhile(
            RelayRig relay, PhoneApp app, CodingSession session, Exchange meanwhile)
            throws IOException, InterruptedException {
        session.freeze();
        relay.stop();
        relay.startAgain();
        meanwhile.run();
        session.thaw();
    }

    private static void assertCreatedAsItWas(
            Chat chat, PhoneApp app, String id, String machineId, Approval approval)
            throws IOException, InterruptedException {
        JsonNode row = chat.row();
        assertThat(row.path("dataEncryptionKey").isString())
                .isEqualTo(approval == Approval.DATA_KEY);
        assertThat(row.path("active").asBoolean()).isTrue();
        assertThat(row.path("metadataVersion").asInt()).isZero();
        assertThat(row.path("agentStateVersion").asInt()).isZero();
        JsonNode metadata = chat.opened(row.path("metadata").asString());
        assertThat(metadata.path("machineId").asString()).isEqualTo(machineId);
        assertThat(chat.opened(row.path("agentState").asString()).toString())
                .isEqualTo("{\"controlledByUser\":false}");
        assertThat(app.sessionUpdates("new-session", id)).hasSize(1);
        await().atMost(SOON).until(() -> lastActivity(app, id));
    }

    /// Numbers without a gap; a person's and an HTTP client's messages carry their own ids.
    private static void assertStoredAsSent(Chat chat, String peer)
            throws IOException, InterruptedException {
        List<JsonNode> stored = chat.stored();
        for (int i = 0; i < stored.size(); i++) {
            JsonNode message = stored.get(i);
            assertThat(message.path("seq").asInt()).isEqualTo(i + 1);
            boolean overSocket =
                    peer.equals("happy-coder")
                            && !chat.opened(message).path("role").asString().equals("user");
            assertThat(message.path("localId").isNull()).isEqualTo(overSocket);
        }
        assertThat(chat.live())
                .extracting(message -> message.path("seq").asInt())
                .containsExactlyElementsOf(
                        stored.stream().map(message -> message.path("seq").asInt()).toList());
    }

    /// What was sent over the socket does not come back to its sender, what was posted does, once.
    private static void assertOwnMessagesComeBack(CodingSession session, Chat chat, String peer)
            throws IOException, InterruptedException {
        List<JsonNode> own =
                chat.stored().stream()
                        .map(chat::opened)
                        .filter(plain -> !plain.path("role").asString().equals("user"))
                        .toList();
        List<JsonNode> expected = peer.equals("happy-coder") ? List.of() : own;
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(session.others()).containsExactlyElementsOf(expected));
    }

    private static boolean lastActivity(PhoneApp app, String sessionId) {
        List<JsonNode> activity = app.sessionEphemerals("activity", sessionId);
        return !activity.isEmpty() && activity.getLast().path("active").asBoolean();
    }

    private static void awaitHeard(CodingSession session, String... texts) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(session.heard()).containsExactly(texts));
    }

    private static void awaitSaid(Chat chat, String... texts) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(chat.said()).containsExactly(texts));
    }

    private HappyCli.Setting setting(String peer, RelayRig relay) {
        return HappyCli.Setting.of(packages, peer, home, relay.url());
    }
}
