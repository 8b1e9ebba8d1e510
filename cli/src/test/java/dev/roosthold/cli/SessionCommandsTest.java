package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.AccountOptions;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.conversation.LiveSession;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.outbox.Outboxes;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Sessions at the terminal: a real relay, and an agent in this process.
@Timeout(60)
final class SessionCommandsTest {
    @TempDir Path temp;
    private Path home;
    private Relay relay;
    private SignIn.Whole signIn;
    private EchoAgent agent;

    @BeforeEach
    void start() throws Exception {
        home = temp.resolve("home");
        relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withPort(0)
                                .withMetricsPort(0)
                                .withDataDirectory(temp.resolve("relay")));
        String server = "http://127.0.0.1:" + relay.port();
        assertThat(roost("", "login", "--new", "--yes", "--server=" + server).status()).isZero();
        signIn = (SignIn.Whole) new SignInFile(home).read().orElseThrow();
        agent =
                new EchoAgent(
                        RelayAddress.parse(server),
                        signIn.secret(),
                        "first",
                        temp.resolve("agent"));
    }

    @AfterEach
    void stop() {
        agent.close();
        relay.close();
    }

    private CommandRun roost(String input, String... command) {
        return CommandRun.of(home, input, command);
    }

    private void addMachine(String id, String name) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:"
                                                            + relay.port()
                                                            + "/v1/web/machines"))
                                    .header("Authorization", "Bearer " + signIn.bearer().value())
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    Codec.printText(
                                                            Map.of(
                                                                    "machineId", id,
                                                                    "secret", "s".repeat(32),
                                                                    "name", name))))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static List<JsonNode> json(String text) {
        return text.lines()
                .map(line -> Codec.parse(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    @Test
    void whatIsTypedWhileTheRelayIsAwayGoesOutOnceItIsBackAndOnlyOnce() throws Exception {
        assertThat(roost("", "send", agent.id(), "one").status()).isZero();
        assertThat(agent.heard.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        int port = relay.port();
        relay.close();

        CommandRun kept = roost("", "send", agent.id().substring(0, 8), "two");
        assertThat(kept.status()).isEqualTo(ExitStatus.UNREACHABLE);
        assertThat(kept.err()).contains("has not taken the message yet", "kept on this computer");
        assertThat(kept.err())
                .contains("it goes out with your next `roost send`", "Do not send it again")
                .doesNotContain("sends it when the relay is back");
        CommandRun unknown = roost("", "send", "other", "x");
        assertThat(unknown.status()).isEqualTo(ExitStatus.UNREACHABLE);
        assertThat(unknown.err()).contains("cannot be reached", "The text is not kept");

        relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withPort(port)
                                .withMetricsPort(0)
                                .withDataDirectory(temp.resolve("relay")));
        assertThat(roost("", "send", agent.id(), "three").status()).isZero();
        assertThat(agent.heard.poll(20, TimeUnit.SECONDS)).isEqualTo("two");
        assertThat(agent.heard.poll(20, TimeUnit.SECONDS)).isEqualTo("three");
        assertThat(roost("", "send", agent.id(), "four").status()).isZero();
        assertThat(agent.heard.poll(20, TimeUnit.SECONDS)).isEqualTo("four");
    }

    @Test
    void daemonSendsWhatWasKeptWhileTheRelayWasAwayOnceItIsBackAndOnlyOnce() throws Exception {
        assertThat(roost("", "send", agent.id(), "one").status()).isZero();
        try (RoostProcess daemon = daemon()) {
            int port = relay.port();
            relay.close();

            CommandRun kept = roost("", "send", agent.id(), "two");
            assertThat(kept.status()).isEqualTo(ExitStatus.UNREACHABLE);
            assertThat(kept.err())
                    .contains(
                            "It is kept on this computer; the machine daemon sends it when the"
                                    + " relay is back. Do not send it again.");
            assertThat(roost("", "send", agent.id(), "three").status())
                    .isEqualTo(ExitStatus.UNREACHABLE);

            relay =
                    Relay.start(
                            RelayConfig.defaults()
                                    .withPort(port)
                                    .withMetricsPort(0)
                                    .withDataDirectory(temp.resolve("relay")));
            // Commands send too while the daemon does: one after the other, each once.
            await().until(() -> roost("", "send", agent.id(), "four").status() == ExitStatus.DONE);
            await().until(() -> agent.heard.contains("four"));
            assertThat(agent.heard).startsWith("one", "two", "three", "four");

            leaveBehind("five");
            await().until(() -> agent.heard.contains("five"));
            assertThat(agent.heard).doesNotHaveDuplicates();
            assertThat(daemon.terminate()).isEqualTo(143);
        }
    }

    @Test
    void daemonThatIsKilledWhileItSendsHasSentNothingTwiceAfterItsNextStart() throws Exception {
        for (int n = 0; n < 40; n++) {
            leaveBehind("m" + n);
        }
        try (RoostProcess daemon = daemon()) {
            await().pollInterval(Duration.ofMillis(1)).until(() -> !agent.heard.isEmpty());
            daemon.kill();
        }
        try (RoostProcess daemon = daemon()) {
            await().until(() -> agent.heard.contains("m39"));
            assertThat(agent.heard)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 40).mapToObj(n -> "m" + n).toList());
            assertThat(daemon.terminate()).isEqualTo(143);
        }
    }

    @Test
    void messageToASessionThatIsGoneWaitsAndIsSaid() throws Exception {
        leaveBehind("too late");
        try (Account account =
                Account.resume(
                        signIn,
                        SessionKeys.NONE,
                        AccountOptions.usual("test/1").withNetwork(Network.direct()))) {
            EchoAgent.success(account.sessions().delete(new SessionId(agent.id())));
        }
        try (RoostProcess daemon = daemon()) {
            daemon.awaitLine(
                    "kept messages to the session "
                            + agent.id()
                            + " wait on: the relay has no such session");
            assertThat(daemon.terminate()).isEqualTo(143);
        }
    }

    /// The machine daemon, online.
    private RoostProcess daemon() {
        RoostProcess daemon =
                RoostProcess.start(
                        temp, "daemon", "run", "--home=" + home, "--root=" + temp.toString());
        daemon.awaitLine("Connected.");
        return daemon;
    }

    /// As a command does that could not send: into the first outbox, which nobody drains then.
    private void leaveBehind(String text) throws Exception {
        try (Access access = access()) {
            var session = EchoAgent.success(access.account().session(new SessionId(agent.id())));
            Outbox box =
                    Outboxes.of(access.home(), access.server(), access.contentPublicKey())
                            .open(
                                    (place, listener) ->
                                            Outbox.open(
                                                    place,
                                                    OutboxLimits.USUAL,
                                                    (_, _) -> new Reply.Unavailable<>("offline"),
                                                    listener,
                                                    AccountOptions.usual("test/1").backoff()),
                                    OutboxListener.NONE);
            try (box) {
                access.account()
                        .send(
                                box,
                                session,
                                SessionMessage.fromPerson(text, LiveSession.SENDER).tree());
            }
        }
    }

    @Test
    void sentTextReachesTheAgentAndItsAnswerIsWaitedFor() throws Exception {
        CommandRun sent = roost("", "send", agent.id(), "good", "morning");
        assertThat(sent.status()).as(sent.err()).isZero();
        assertThat(agent.heard.poll(10, TimeUnit.SECONDS)).isEqualTo("good morning");
        agent.awaitSent();

        CommandRun answered = roost("from a pipe\n", "send", agent.id().substring(0, 6), "--wait");
        assertThat(answered.status()).as(answered.err()).isZero();
        assertThat(answered.out().strip()).isEqualTo("echo: from a pipe");

        CommandRun failed = roost("", "send", "--wait", "--json", agent.id(), "please fail");
        assertThat(failed.status()).isEqualTo(ExitStatus.TURN_FAILED);
        JsonNode shown = json(failed.out()).getFirst();
        assertThat(shown.path("status").asString()).isEqualTo("failed");
        assertThat(shown.path("text").asString()).isEqualTo("echo: please fail");
        assertThat(agent.heard).hasSize(2);
    }

    @Test
    void wordsOfATurnThatWasUnderWayAreNotTheAnswer() throws Exception {
        Stamp early = agent.stamp().inTurn("early");
        agent.write(SessionMessage.turnStart(early));
        agent.awaitSent();
        agent.beforeAnswer =
                () -> {
                    agent.write(
                            SessionMessage.text(agent.stamp().inTurn("early"), "something else"));
                    agent.write(
                            SessionMessage.turnEnd(
                                    agent.stamp().inTurn("early"), TurnStatus.COMPLETED));
                };
        CommandRun answered = roost("", "send", agent.id(), "--wait", "hello");
        assertThat(answered.status()).as(answered.err()).isZero();
        assertThat(answered.out().strip()).isEqualTo("echo: hello");
    }

    @Test
    void whatCannotBeSentIsSaid() {
        assertThat(roost("", "send", "nothing", "x").status()).isEqualTo(ExitStatus.NOT_FOUND);
        assertThat(roost("  \n", "send", agent.id()).status()).isEqualTo(ExitStatus.USAGE);
        relay.close();
        assertThat(roost("", "send", agent.id(), "x").status()).isEqualTo(ExitStatus.UNREACHABLE);
    }

    @Test
    void messageThatAnEarlierCommandLeftGoesOutWithTheNext() throws Exception {
        Path place;
        try (Access access = access()) {
            place = access.home().resolve("outbox");
            Outbox left = Outgoing.open(access, OutboxListener.NONE);
            Outbox second = Outgoing.open(access, OutboxListener.NONE);
            assertThat(second).isNotSameAs(left);
        }
        Path own;
        try (var accounts = Files.list(place)) {
            own = accounts.findFirst().orElseThrow();
        }
        // Written while nothing could be sent: an outbox that nobody drains.
        try (Account account =
                Account.resume(
                        signIn,
                        SessionKeys.NONE,
                        AccountOptions.usual("test/1").withNetwork(Network.direct()))) {
            var session = EchoAgent.success(account.session(new SessionId(agent.id())));
            try (Outbox box =
                    Outbox.open(
                            own.resolve("2"),
                            OutboxLimits.USUAL,
                            (_, _) -> new Reply.Unavailable<>("offline"),
                            OutboxListener.NONE,
                            AccountOptions.usual("test/1").backoff())) {
                account.send(
                        box,
                        session,
                        SessionMessage.fromPerson("left behind", LiveSession.SENDER).tree());
            }
        }
        assertThat(roost("", "send", "--wait", agent.id(), "now").status()).isZero();
        assertThat(agent.heard).contains("now");
        await().until(
                        () ->
                                roost("", "send", agent.id(), "again").status() == 0
                                        && agent.heard.contains("left behind"));
    }

    private Access access() {
        return Access.of(homeOption());
    }

    private HomeOption homeOption() {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs("--home=" + home);
        return holder.option;
    }

    @CommandLine.Command
    private static final class Holder {
        @CommandLine.Mixin private HomeOption option;
    }

    @Test
    void sessionsAreListedByMachineAndFolder() throws Exception {
        try (EchoAgent second =
                new EchoAgent(signIn.server(), signIn.secret(), "second", temp.resolve("agent2"))) {
            second.state(
                    state ->
                            state.asking(
                                    "q",
                                    new AgentState.Question(
                                            "Bash", JsonNodeFactory.instance.objectNode(), 1)));
            CommandRun listed = roost("", "sessions");
            assertThat(listed.status()).as(listed.err()).isZero();
            assertThat(listed.out())
                    .contains("box", "/code/first", "/code/second", "waits for you", "idle");
            List<JsonNode> all = List.copyOf(json(roost("", "sessions", "--json").out()));
            assertThat(all.getFirst()).hasSize(2);
            assertThat(all.getFirst().toString())
                    .contains("\"state\":\"waiting\"", "\"state\":\"idle\"", "\"questions\":1");
            second.metadata(metadata -> metadata.archived(1, "cli", "done"));
            assertThat(roost("", "sessions").out()).doesNotContain("/code/second");
            assertThat(roost("", "sessions", "--all").out()).contains("/code/second", "ended");
            assertThat(roost("", "attach", "c").status()).isEqualTo(ExitStatus.NOT_FOUND);
        }
        assertThat(roost("", "machines").status()).isZero();
        assertThat(roost("", "machines", "--json").out().strip()).isEqualTo("[]");
    }

    @Test
    void machineThatHasNeverConnectedIsListedAsSuch() throws Exception {
        String id = "neverConnectedMachine";
        addMachine(id, "Attic");
        assertThat(roost("", "machines").out()).contains("Attic", "never", "Add machine");
        JsonNode listed = json(roost("", "machines", "--json").out()).getFirst().get(0);
        assertThat(listed.path("id").asString()).isEqualTo(id);
        assertThat(listed.path("stage").asString()).isEqualTo("never-connected");
        assertThat(listed.path("online").asBoolean(true)).isFalse();
    }

    @Test
    void attachWithoutATerminalPrintsWhatHappened() {
        assertThat(roost("", "send", "--wait", agent.id(), "\u001b[2Jhello").status()).isZero();
        CommandRun attached = roost("", "attach", "--until-idle", agent.id());
        assertThat(attached.status()).as(attached.err()).isZero();
        assertThat(attached.out())
                .contains("hello", "* Edit: a.txt", "- two", "+ three", "echo: ", "- done")
                .doesNotContain("\u001b");
        List<JsonNode> lines =
                json(roost("", "attach", "--until-idle", "--json", agent.id()).out());
        assertThat(lines).anyMatch(line -> line.path("type").asString("").equals("state"));
        assertThat(lines)
                .anyMatch(line -> line.path("entry").path("kind").asString("").equals("tool"));
    }

    @Test
    void terminalReadsOnlySessionsWhoseKeysItHas() throws Exception {
        Path terminal = temp.resolve("terminal");
        SymmetricKey machineKey = SymmetricKey.random(new SecureRandom());
        new SignInFile(terminal)
                .write(
                        new SignIn.Terminal(
                                signIn.server(),
                                AccountKeys.of(signIn.secret()).contentPublicKey(),
                                machineKey,
                                signIn.bearer()));
        assertThat(CommandRun.of(terminal, "", "sessions").out()).contains("locked");
        CommandRun refused = CommandRun.of(terminal, "", "send", agent.id(), "x");
        assertThat(refused.status()).isEqualTo(ExitStatus.NOT_FOUND);
        assertThat(refused.err()).contains("does not have the key");
        assertThat(new KeptSessionKeys(terminal).find(new SessionId(agent.id()))).isEmpty();
        Files.createDirectories(terminal.resolve("sessions"));
        Files.writeString(terminal.resolve("sessions/broken.json"), "{");
        Files.writeString(
                terminal.resolve("sessions/a.json"),
                "{\"id\":\"%s\",\"key\":\"%s\"}"
                        .formatted(
                                agent.id(),
                                Base64.getEncoder().encodeToString(machineKey.bytes())));
        assertThat(new KeptSessionKeys(terminal).find(new SessionId(agent.id())))
                .contains(machineKey);
        assertThat(CommandRun.of(terminal, "", "sessions").out())
                .as("a key that is not the session's opens nothing")
                .contains("locked");
    }

    /// A person at a terminal of 80 columns.
    private final class Person implements AutoCloseable {
        final PipedOutputStream keyboard = new PipedOutputStream();
        final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        final CompletableFuture<Integer> status = new CompletableFuture<>();
        final Access access = access();
        final SessionWatch watch = new SessionWatch();
        final LiveSession live;

        Person() throws Exception {
            var session = EchoAgent.success(access.account().session(new SessionId(agent.id())));
            live = new LiveSession(access.account(), session, 30, watch);
            var terminal =
                    new ExternalTerminal(
                            "test",
                            "xterm",
                            new PipedInputStream(keyboard),
                            screen,
                            StandardCharsets.UTF_8);
            terminal.setSize(new Size(80, 24));
            Outbox outbox = Outgoing.open(access, OutboxListener.NONE);
            Thread.startVirtualThread(
                    () -> {
                        try {
                            status.complete(
                                    new AttachTerminal(
                                                    terminal,
                                                    Style.NONE,
                                                    false,
                                                    live,
                                                    watch,
                                                    outbox)
                                            .run());
                        } catch (InterruptedException | RuntimeException e) {
                            status.completeExceptionally(e);
                        }
                    });
            await().until(watch::everConnected);
        }

        void type(String keys) throws IOException {
            keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
        }

        void awaitScreen(String text) {
            // Nothing is shown any more when the command is over, so the order of the two matters.
            await().failFast(() -> status.isDone() && !shows(text)).until(() -> shows(text));
        }

        private boolean shows(String text) {
            return screen.toString(StandardCharsets.UTF_8).contains(text);
        }

        @Override
        public void close() throws IOException {
            keyboard.close();
            live.close();
            access.close();
        }
    }

    @Test
    void personTypesSeesTheAnswerAndLeaves() throws Exception {
        try (Person person = new Person()) {
            person.type("hello there\r");
            assertThat(agent.heard.poll(10, TimeUnit.SECONDS)).isEqualTo("hello there");
            person.awaitScreen("echo: hello there");
            person.awaitScreen("- done");
            person.type("\u0004");
            assertThat(person.status.get(10, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void wordsAreSeenBeforeTheyAreStoredAndNotTwice() throws Exception {
        try (Person person = new Person()) {
            agent.write(SessionMessage.turnStart(agent.stamp().inTurn("t")));
            agent.stream("s1", 0, "t", "First line\nsecond ");
            person.awaitScreen("First line");
            agent.write(
                    SessionMessage.text(agent.stamp().inTurn("t"), "First line\nsecond line")
                            .endingStream("s1"));
            person.awaitScreen("second line");
            assertThat(person.screen.toString(StandardCharsets.UTF_8))
                    .containsOnlyOnce("First line");
            person.type("\u0004");
            assertThat(person.status.get(10, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void questionIsAnsweredWithAKeyAndTheTurnIsStopped() throws Exception {
        try (Person person = new Person()) {
            agent.write(SessionMessage.turnStart(agent.stamp().inTurn("t")));
            agent.state(
                    state ->
                            state.asking(
                                    "q1",
                                    new AgentState.Question(
                                            "Bash",
                                            JsonNodeFactory.instance
                                                    .objectNode()
                                                    .put("command", "rm -rf build"),
                                            1)));
            person.awaitScreen("rm -rf build");
            person.awaitScreen("refuse and stop");
            // What is typed at the moment of the question is no answer but a letter. A pipe takes
            // the end of the thread that wrote for its own.
            await().pollInSameThread()
                    .pollInterval(Duration.ofMillis(300))
                    .until(
                            () -> {
                                person.type("\u007fa");
                                return !agent.permissions.isEmpty();
                            });
            JsonNode answer = agent.permissions.take();
            assertThat(answer.path("id").asString()).isEqualTo("q1");
            assertThat(answer.path("approved").asBoolean()).isTrue();
            assertThat(answer.path("decision").asString()).isEqualTo("approved_for_session");
            person.awaitScreen("- allowed");
            agent.state(state -> state.cancelingAll(2, "test"));
            person.awaitScreen("? answered");

            person.type("\u0003");
            assertThat(agent.aborts.poll(10, TimeUnit.SECONDS)).isNotNull();
            person.awaitScreen("stopping the agent");
            person.type("\u0003");
            assertThat(person.status.get(10, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void endOfTheSessionEndsTheCommand() throws Exception {
        try (Person person = new Person()) {
            agent.metadata(metadata -> metadata.archived(1, "cli", "done"));
            person.awaitScreen("the session has ended");
            assertThat(person.status.get(10, TimeUnit.SECONDS)).isZero();
        }
    }
}
