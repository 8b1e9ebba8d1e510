package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.local.LocalClient;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A phone works with an agent on a machine, through a real relay, a real daemon and a process that
/// speaks the protocol of agents.
@Timeout(120)
class AgentSessionsTest {
    /// Only its size is looked at: three by two points.
    static final byte[] PICTURE =
            Base64.getDecoder().decode("R0lGODlhAwACAIAAAP///wAAACwAAAAAAwACAAACAoRRADs=");

    @TempDir Path temp;
    private AgentRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new AgentRig(temp);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    private SessionId spawn() throws Exception {
        return rig.phone.spawn(rig.id(), rig.work, "fake");
    }

    @Test
    void wholeWayFromSpawnToTheEndOfTheDaemon() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        ObjectNode metadata = rig.phone.metadata(session);
        assertThat(metadata.path("path").asString()).isEqualTo(rig.work.toString());
        assertThat(metadata.path("host").asString()).isEqualTo("box");
        assertThat(metadata.path("machineId").asString()).isEqualTo(rig.id().value());
        assertThat(metadata.path("flavor").asString()).isEqualTo("fake");
        assertThat(metadata.path("startedBy").asString()).isEqualTo("daemon");
        rig.phone.awaitMetadata(session, "currentModelCode", "small");
        assertThat(rig.phone.metadata(session).path("operatingModes"))
                .extracting(mode -> mode.path("code").asString())
                .containsExactly("build", "plan");
        Phone.Awaiting.until(() -> rig.phone.isActive(session));

        rig.phone.write(
                session,
                "think about it\nsay Hello, \nsay world.\ntool ls -l\nedit a.txt\nplan\nusage\nsay Done.");
        String question = rig.phone.awaitQuestion(session);
        JsonNode request = rig.phone.agentState(session).at("/requests/" + question);
        assertThat(request.path("tool").asString()).isEqualTo("Bash");
        assertThat(request.at("/arguments/command").asString()).isEqualTo("ls -l");
        // What was said so far was shown live before the answer, and is stored.
        assertThat(rig.phone.events(session))
                .startsWith("turn-start", "thinking:about it", "text:Hello,world.");
        assertThat(rig.phone.callSession(session, "permission", approve(question)).isNull())
                .isTrue();
        List<String> events = rig.phone.awaitTurns(session, 1);
        assertThat(events)
                .containsExactly(
                        "turn-start",
                        "thinking:about it",
                        "text:Hello,world.",
                        "tool-start:Bash {\"command\":\"ls -l\"}",
                        "tool-end",
                        "text:outcome: \"yes\"",
                        "tool-start:Edit {\"file_path\":\"a.txt\",\"old_string\":\"before\","
                                + "\"new_string\":\"after\"}",
                        "tool-end",
                        "tool-start:TodoWrite {\"todos\":[{\"id\":\"1\",\"content\":\"look\","
                                + "\"status\":\"completed\",\"priority\":\"high\"},{\"id\":\"2\","
                                + "\"content\":\"act\",\"status\":\"pending\",\"priority\":\"low\"}]}",
                        "tool-end",
                        "text:Done.",
                        "service:",
                        "turn-end:completed");
        Phone.Awaiting.until(
                () ->
                        rig.phone
                                .agentState(session)
                                .at("/completedRequests/" + question + "/status")
                                .asString("")
                                .equals("approved"));
        assertThat(rig.phone.agentState(session).path("requests")).isEmpty();
        assertThat(rig.phone.stored(session))
                .filteredOn(message -> message.at("/content/usage").isObject())
                .singleElement()
                .satisfies(
                        message -> {
                            assertThat(message.at("/content/usage/input_tokens").asInt())
                                    .isEqualTo(40);
                            assertThat(message.at("/content/usage/context_window").asInt())
                                    .isEqualTo(1000);
                        });
        assertThat(rig.phone.metadata(session).at("/summary/text").asString())
                .startsWith("think about it say Hello");

        assertThat(
                        rig.phone
                                .callMachine(
                                        rig.id(),
                                        "stop-session",
                                        Map.of("sessionId", session.value()))
                                .has("message"))
                .isTrue();
        assertThat(rig.agents()).isEmpty();
        rig.phone.awaitMetadata(session, "lifecycleState", "archived");
        Phone.Awaiting.until(() -> !rig.phone.isActive(session));

        assertThat(rig.phone.callMachine(rig.id(), "stop-daemon", Map.of()).has("message"))
                .isTrue();
        assertThat(rig.daemon().awaitEnd())
                .isEqualTo(new DaemonEnd.Requested(ShutdownSource.MOBILE_APP));
        ObjectNode last = rig.owner.daemonState(rig.id());
        assertThat(last.path("status").asString()).isEqualTo("offline");
        assertThat(last.path("shutdownSource").asString()).isEqualTo("mobile-app");
        List<String> states = withoutRepetitions(rig.phone.daemonStates);
        assertThat(states).endsWith("running", "shutting-down", "offline");
    }

    private static List<String> withoutRepetitions(List<String> all) {
        List<String> states = new ArrayList<>();
        for (String state : all) {
            if (states.isEmpty() || !states.getLast().equals(state)) {
                states.add(state);
            }
        }
        return states;
    }

    private static Map<String, Object> approve(String question) {
        return Map.of("id", question, "approved", true, "decision", "approved");
    }

    @Test
    void textIsShownLiveAndStoredOnceUnderTheSameStream() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "stream 300");
        rig.phone.awaitTurns(session, 1);
        String whole = IntStream.range(0, 300).mapToObj(i -> i + " ").collect(Collectors.joining());
        List<ObjectNode> texts =
                rig.phone.stored(session).stream()
                        .filter(message -> message.at("/content/ev/t").asString("").equals("text"))
                        .toList();
        assertThat(texts).hasSize(1);
        assertThat(texts.getFirst().at("/content/ev/text").asString()).isEqualTo(whole);
        String stream = texts.getFirst().at("/meta/streamId").asString();
        String live = rig.phone.streamed(session, stream);
        assertThat(live).isNotEmpty();
        assertThat(whole).startsWith(live);
        List<Long> numbers =
                rig.phone.frames.stream()
                        .filter(frame -> frame.path("streamId").asString("").equals(stream))
                        .map(frame -> frame.path("n").asLong())
                        .toList();
        assertThat(numbers)
                .containsExactlyElementsOf(
                        IntStream.range(0, numbers.size()).mapToObj(i -> (long) i).toList());
        // At most some 17 frames in a second.
        assertThat(numbers.size()).isLessThan(100);
    }

    @Test
    void messageIsExactlyOnceAndInOrderWhileTheRelayRestarts() throws Exception {
        restartsWhileAnAgentWorks(3, 25);
    }

    @Test
    @Tag("soak")
    @Timeout(1_200)
    void messageIsExactlyOnceAndInOrderThroughTwoHundredRestartsAndCuts() throws Exception {
        restartsWhileAnAgentWorks(200, 3_000);
    }

    /// Every other time it is not the relay that goes, but the line of the machine.
    private void restartsWhileAnAgentWorks(int rounds, int parts) throws Exception {
        rig.close();
        rig = new AgentRig(Files.createDirectory(temp.resolve("cuttable")), true);
        rig.startDaemon();
        SessionId session = spawn();
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < parts; i++) {
            prompt.append("say part%d\nplan\nwait 60\nedit f%d\n".formatted(i, i));
        }
        rig.phone.write(session, prompt.toString().strip());
        rig.phone.await(session, events -> events.contains("text:part2"));
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                rig.relay.stop();
                rig.relay.startAgain();
            } else {
                int before = rig.connections();
                rig.cut();
                // The machine's own line, and the one of the session.
                Phone.Awaiting.until(() -> rig.connections() >= before + 2);
            }
            Phone.Awaiting.until(
                    () -> rig.phone.isActive(session) && rig.owner.row(rig.id()).active());
            assertThat(rig.owner.daemonState(rig.id()).path("status").asString())
                    .isEqualTo("running");
        }
        String last = "text:part" + (parts - 1);
        Awaitility.await()
                .atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> rig.phone.events(session).contains(last));
        List<String> events = rig.phone.awaitTurns(session, 1);
        assertThat(events.stream().filter(one -> one.startsWith("text:")))
                .containsExactlyElementsOf(
                        IntStream.range(0, parts).mapToObj(i -> "text:part" + i).toList());
        assertThat(events.stream().filter(one -> one.contains("\"file_path\":\"f"))).hasSize(parts);
        assertThat(events).endsWith("turn-end:completed");
        assertThat(rig.phone.metadata(session).path("lifecycleState").asString())
                .isEqualTo("running");
        // The phone was told each of them once, in the same order, across its own reconnects.
        List<String> ids =
                rig.phone.stored(session).stream()
                        .map(message -> message.at("/content/id").asString(""))
                        .toList();
        Phone.Awaiting.until(() -> rig.phone.live(session).size() >= ids.size());
        assertThat(rig.phone.live(session))
                .extracting(message -> message.at("/content/id").asString(""))
                .containsExactlyElementsOf(ids);
    }

    @Test
    void answerFromTwoClientsCountsOnce() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "tool rm x");
        String question = rig.phone.awaitQuestion(session);
        try (Phone second =
                new Phone(rig.relay.address(), rig.owner.keys, temp.resolve("second"))) {
            second.session(session);
            var first =
                    CompletableFuture.supplyAsync(
                            () -> call(rig.phone, session, approve(question)));
            var other =
                    CompletableFuture.supplyAsync(
                            () ->
                                    call(
                                            second,
                                            session,
                                            Map.of(
                                                    "id",
                                                    question,
                                                    "approved",
                                                    false,
                                                    "decision",
                                                    "denied")));
            List<JsonNode> answers = List.of(first.join(), other.join());
            assertThat(answers).filteredOn(JsonNode::isNull).hasSize(1);
            assertThat(answers).filteredOn(answer -> answer.has("error")).hasSize(1);
            boolean approved = answers.getFirst().isNull();
            List<String> events = rig.phone.awaitTurns(session, 1);
            assertThat(events)
                    .containsOnlyOnce("text:outcome: \"" + (approved ? "yes" : "no") + "\"");
            Phone.Awaiting.until(
                    () ->
                            rig.phone
                                    .agentState(session)
                                    .at("/completedRequests/" + question + "/status")
                                    .asString("")
                                    .equals(approved ? "approved" : "denied"));
        }
    }

    private static JsonNode call(Phone phone, SessionId session, Map<String, ?> params) {
        try {
            return phone.callSession(session, "permission", params);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsAllowedForTheSessionIsNotAskedAgain() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "tool one\ntool two");
        String question = rig.phone.awaitQuestion(session);
        rig.phone.callSession(
                session,
                "permission",
                Map.of("id", question, "approved", true, "decision", "approved_for_session"));
        assertThat(rig.phone.awaitTurns(session, 1))
                .filteredOn(event -> event.startsWith("text:"))
                .containsExactly("text:outcome: \"always\"", "text:outcome: \"yes\"");
        // With a mode that the agent does not know itself, the daemon answers.
        SessionId other = spawn();
        rig.phone.write(
                other,
                "tool three",
                JsonNodeFactory.instance.objectNode().put("permissionMode", "yolo"));
        assertThat(rig.phone.awaitTurns(other, 1)).contains("text:outcome: \"yes\"");
    }

    @Test
    void abortEndsTheTurnAndNothingElse() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "say a\nplan\nwait 60000\nsay never");
        rig.phone.await(session, events -> events.contains("text:a"));
        assertThat(rig.phone.callSession(session, "abort", Map.of()).isNull()).isTrue();
        assertThat(rig.phone.awaitTurns(session, 1)).endsWith("turn-end:cancelled");
        rig.phone.write(session, "tool x");
        String question = rig.phone.awaitQuestion(session);
        rig.phone.callSession(
                session,
                "permission",
                Map.of("id", question, "approved", false, "decision", "abort"));
        assertThat(rig.phone.awaitTurns(session, 2)).endsWith("turn-end:cancelled");
        rig.phone.write(session, "say b");
        assertThat(rig.phone.awaitTurns(session, 3))
                .endsWith("text:b", "turn-end:completed")
                .doesNotContain("text:never");
    }

    @Test
    void reasonOfARefusalReachesTheAgentInTheSameTurn() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "tool rm x\nsay then");
        refuse(session, "denied", "take the other one");
        List<String> events = rig.phone.awaitTurns(session, 1);
        assertThat(events)
                .endsWith(
                        "text:outcome: \"no\"then",
                        "text:heard: I did not allow Bash (rm x). take the other one",
                        "turn-end:completed")
                .containsOnlyOnce("turn-start");
        // Once is enough.
        rig.phone.write(session, "say b");
        assertThat(rig.phone.awaitTurns(session, 2)).endsWith("text:b", "turn-end:completed");
    }

    @Test
    void reasonOfAnAbortReachesTheAgentWithTheNextMessageAlsoAfterARestart() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "tool rm x");
        refuse(session, "abort", "never that");
        assertThat(rig.phone.awaitTurns(session, 1)).endsWith("turn-end:cancelled");
        rig.daemon().stop(ShutdownSource.CLI);
        rig.phone.write(session, "say b");
        rig.startDaemon();
        assertThat(rig.phone.awaitTurns(session, 2))
                .endsWith(
                        "text:heard: I did not allow Bash (rm x). never thatb",
                        "turn-end:completed");
    }

    @Test
    void reasonThatTheAgentHasNotAnsweredIsToldOnceMore() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "tool rm x");
        refuse(session, "abort", "never that");
        rig.phone.awaitTurns(session, 1);
        rig.phone.write(session, "crash");
        assertThat(rig.phone.awaitTurns(session, 2)).endsWith("turn-end:failed");
        rig.daemon().stop(ShutdownSource.CLI);
        rig.phone.write(session, "say b");
        rig.startDaemon();
        assertThat(rig.phone.awaitTurns(session, 3))
                .endsWith(
                        "text:heard: I did not allow Bash (rm x). never thatb",
                        "turn-end:completed");
        rig.phone.write(session, "say c");
        assertThat(rig.phone.awaitTurns(session, 4)).endsWith("text:c", "turn-end:completed");
    }

    @Test
    void reasonOverWhichTheAgentHasEndedTwiceIsGivenUpAndSaid() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "tool rm x");
        refuse(session, "abort", "never that");
        rig.phone.awaitTurns(session, 1);
        for (int turn = 2; turn <= 3; turn++) {
            rig.phone.write(session, "crash");
            rig.phone.awaitTurns(session, turn);
        }
        rig.phone.write(session, "say b");
        assertThat(rig.phone.awaitTurns(session, 4))
                .endsWith(
                        "service:What you said with a refusal is not told to the agent again: it"
                                + " has ended twice without an answer.",
                        "text:b",
                        "turn-end:completed");
    }

    private void refuse(SessionId session, String decision, String reason) throws Exception {
        String question = rig.phone.awaitQuestion(session);
        rig.phone.callSession(
                session,
                "permission",
                Map.of("id", question, "approved", false, "decision", decision, "reason", reason));
    }

    @Test
    void filesOfTheAgentAreShownInOrderAndOpenAtThePhone() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        byte[] picture = PICTURE;
        rig.phone.write(
                session,
                "say a\npicture " + Base64.getEncoder().encodeToString(picture) + "\nsay b");
        assertThat(rig.phone.awaitTurns(session, 1))
                .containsExactly(
                        "turn-start",
                        "text:a",
                        "file:image.png 3x2",
                        "tool-start:Screenshot {}",
                        "file:shot.png 3x2",
                        "tool-end",
                        "text:b",
                        "turn-end:completed");
        List<ObjectNode> files =
                rig.phone.stored(session).stream()
                        .filter(message -> message.at("/content/ev/t").asString("").equals("file"))
                        .toList();
        for (ObjectNode file : files) {
            JsonNode shown = file.at("/content/ev");
            assertThat(shown.path("size").asInt()).isEqualTo(picture.length);
            assertThat(shown.path("mimeType").asString()).isEqualTo("image/png");
            assertThat(rig.phone.file(session, shown.path("ref").asString())).isEqualTo(picture);
        }
        assertThat(files).hasSize(2);
    }

    @Test
    void filesThatThePersonAttachesComeWithTheNextWords() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.attach(session, "photo.png", "image/png", PICTURE);
        rig.phone.attach(session, "notes.txt", "text/plain", bytes("to do"));
        rig.phone.attach(session, "a/b c.bin", "application/x-b", bytes("b\0"));
        rig.phone.write(session, "attached");
        assertThat(rig.phone.awaitTurns(session, 1))
                .contains(
                        "text:3 image image/png "
                                + Base64.getEncoder().encodeToString(PICTURE)
                                + ", resource text/plain to do, resource_link application/x-b"
                                + " 2-a_b_c.bin b\0");
        rig.phone.write(session, "attached");
        assertThat(rig.phone.awaitTurns(session, 2)).contains("text:0 ");
    }

    @Test
    void fileThatCannotBeHadIsSaidAndTheWordsReachTheAgent() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.attached(session, "lost.txt", "text/plain", "nothing");
        rig.phone.write(session, "attached");
        assertThat(rig.phone.awaitTurns(session, 1))
                .containsSubsequence(
                        "service:The file lost.txt was not given to the agent: the relay does not"
                                + " hand it out.",
                        "text:0 ",
                        "turn-end:completed");
    }

    @Test
    void fileThatTheAgentHasNotAnsweredIsGivenOnceMoreAndThenToldAsLost() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.attach(session, "notes.txt", "text/plain", bytes("to do"));
        rig.phone.write(session, "crash");
        rig.phone.awaitTurns(session, 1);
        rig.phone.write(session, "attached");
        assertThat(rig.phone.awaitTurns(session, 2)).contains("text:1 resource text/plain to do");

        rig.phone.attach(session, "poison.txt", "text/plain", bytes("x"));
        rig.phone.write(session, "crash");
        rig.phone.awaitTurns(session, 3);
        rig.phone.write(session, "crash");
        rig.phone.awaitTurns(session, 4);
        rig.phone.write(session, "attached");
        assertThat(rig.phone.awaitTurns(session, 5))
                .containsSubsequence(
                        "service:The file poison.txt is not given to the agent again: it has ended"
                                + " twice without an answer. Attach it anew if it is needed.",
                        "text:0 ",
                        "turn-end:completed");
    }

    @Test
    void fileThatCannotBeFetchedNowGoesWithTheWordsAfter() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.daemon().stop(ShutdownSource.CLI);
        Files.createFile(FakeAgent.closed(rig.memory));
        rig.startDaemon();
        rig.phone.attach(session, "notes.txt", "text/plain", bytes("to do"));
        rig.phone.write(session, "attached");
        rig.phone.await(session, events -> events.contains("turn-start"));
        rig.relay.stop();
        Files.delete(FakeAgent.closed(rig.memory));
        Phone.Awaiting.until(() -> read(rig.memory, "*").contains("attached"));
        rig.relay.startAgain();
        assertThat(rig.phone.awaitTurns(session, 1))
                .containsSubsequence(
                        "service:The file notes.txt cannot be fetched from the relay now; it goes"
                                + " to the agent with what you write next.",
                        "text:0 ");
        rig.phone.write(session, "attached");
        assertThat(rig.phone.awaitTurns(session, 2)).contains("text:1 resource text/plain to do");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatHappensWhileTheRelayIsAwayIsShownAndCountedOnceWhenItIsBack() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(
                session,
                "say a\nplan\nwait 1500\npicture "
                        + Base64.getEncoder().encodeToString(PICTURE)
                        + "\nsay b\nusage");
        rig.phone.await(session, events -> events.contains("text:a"));
        rig.relay.stop();
        // The turn ends while nobody can hear of it.
        Path records = rig.home.resolve("sessions");
        Phone.Awaiting.until(() -> read(records).contains("\"usage\":[{"));
        rig.relay.startAgain();
        List<String> events = rig.phone.awaitTurns(session, 1);
        assertThat(events).contains("text:b", "turn-end:completed");
        Phone.Awaiting.until(
                () ->
                        rig.phone.events(session).stream()
                                        .filter(one -> one.startsWith("file:"))
                                        .count()
                                == 2);
        Phone.Awaiting.until(() -> rig.phone.tokens() == 50);
        Phone.Awaiting.until(() -> !read(records).contains("\"usage\""));
        rig.daemon().stop(ShutdownSource.CLI);
        rig.startDaemon();
        rig.phone.write(session, "usage");
        rig.phone.awaitTurns(session, 2);
        Phone.Awaiting.until(() -> rig.phone.tokens() == 100);
    }

    private static String read(Path records) throws IOException {
        return read(records, "*.json");
    }

    private static String read(Path directory, String names) throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.newDirectoryStream(directory, names)) {
            for (Path file : files) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    @Test
    void modelAndModeOfAMessageReachTheAgent() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        ObjectNode meta = JsonNodeFactory.instance.objectNode();
        rig.phone.write(
                session,
                "model",
                meta.deepCopy().put("model", "large").put("permissionMode", "plan"));
        rig.phone.awaitTurns(session, 1);
        rig.phone.awaitMetadata(session, "currentModelCode", "large");
        rig.phone.awaitMetadata(session, "currentOperatingModeCode", "plan");
        rig.phone.write(session, "model");
        rig.phone.write(session, "model", meta.deepCopy().putNull("model"));
        rig.phone.write(session, "say no", meta.deepCopy().put("permissionMode", "of my own"));
        rig.phone.write(session, "title A name\nnew\nsay end");
        List<String> events = rig.phone.awaitTurns(session, 4);
        assertThat(events)
                .filteredOn(event -> event.startsWith("text:"))
                .containsExactly(
                        "text:large plan", "text:large plan", "text:small plan", "text:end");
        Phone.Awaiting.until(
                () ->
                        rig.phone
                                .metadata(session)
                                .at("/summary/text")
                                .asString("")
                                .equals("A name"));
    }

    @Test
    void modelThatIsKeptWithTheSessionReachesTheAgent() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.pick(session, "modelMode", "large");
        rig.phone.awaitMetadata(session, "currentModelCode", "large");
        rig.phone.write(session, "model");
        assertThat(rig.phone.awaitTurns(session, 1)).contains("text:large build");
        assertThat(rig.phone.metadata(session).path("modelMode").asString()).isEqualTo("large");
    }

    @Test
    void whatIsChosenForANewSessionIsShownWithIt() throws Exception {
        rig.startDaemon();
        JsonNode started =
                rig.phone.callMachine(
                        rig.id(),
                        "spawn-happy-session",
                        Map.of(
                                "type",
                                "spawn-in-directory",
                                "directory",
                                rig.work.toString(),
                                "agent",
                                "fake",
                                "permissionMode",
                                "plan",
                                "modelMode",
                                "large"));
        SessionId session = new SessionId(started.path("sessionId").asString());
        assertThat(rig.phone.metadata(session).path("permissionMode").asString()).isEqualTo("plan");
        assertThat(rig.phone.metadata(session).path("modelMode").asString()).isEqualTo("large");
        rig.phone.write(session, "model");
        assertThat(rig.phone.awaitTurns(session, 1)).contains("text:large plan");
        rig.phone.pick(session, "permissionMode", "default");
        rig.phone.awaitMetadata(session, "currentOperatingModeCode", "build");
    }

    @Test
    void personAtTheMachineStartsAnAgentOfTheirOwn() throws Exception {
        rig.startDaemon();
        LocalClient local = LocalClient.of(rig.home).orElseThrow();
        JsonNode started = local.run(rig.work, Optional.empty(), FakeAgent.command(rig.memory));
        SessionId session = new SessionId(started.path("sessionId").asString(""));
        assertThat(rig.phone.metadata(session).path("startedBy").asString()).isEqualTo("terminal");
        assertThat(local.sessions().path("sessions")).hasSize(1);
        local.stopSession(session.value());
        Phone.Awaiting.until(() -> !rig.phone.isActive(session));

        JsonNode named = local.run(rig.work, Optional.of("fake"), List.of());
        SessionId second = new SessionId(named.path("sessionId").asString(""));
        rig.phone.write(second, "say a");
        assertThat(rig.phone.awaitTurns(second, 1)).contains("text:a");

        Path elsewhere = Files.createDirectory(temp.toRealPath().resolve("elsewhere"));
        assertThatThrownBy(() -> local.run(elsewhere, Optional.of("fake"), List.of()))
                .hasMessageContaining("outside the root directories of this machine");
    }

    @Test
    void crashOfTheAgentIsToldAndTheNextMessageGoesOn() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "say a\ncrash");
        List<String> events = rig.phone.awaitTurns(session, 1);
        assertThat(events).endsWith("turn-end:failed").contains("text:a");
        assertThat(events)
                .anySatisfy(
                        event ->
                                assertThat(event)
                                        .startsWith("service:")
                                        .contains("exit code 7", "it hurts"));
        rig.phone.write(session, "recall");
        assertThat(rig.phone.awaitTurns(session, 2))
                .endsWith("text:memory: [say a crash, recall]", "turn-end:completed");
    }

    @Test
    void idleAgentEndsAndComesBackWithItsMemory() throws Exception {
        rig.settings = rig.settings.withIdle(Duration.ofMillis(700));
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "say a");
        rig.phone.awaitTurns(session, 1);
        rig.awaitNoAgents();
        assertThat(rig.phone.isActive(session)).isTrue();
        rig.phone.write(session, "recall");
        assertThat(rig.phone.awaitTurns(session, 2))
                .endsWith("text:memory: [say a, recall]", "turn-end:completed")
                .noneSatisfy(event -> assertThat(event).contains("again:"));
    }

    @Test
    void restartedDaemonGoesOnWithTheNextMessage() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "say a\nplan\nwait 60000");
        rig.phone.await(session, events -> events.contains("text:a"));
        rig.daemon().stop(ShutdownSource.CLI);
        assertThat(rig.agents()).isEmpty();
        Phone.Awaiting.until(() -> !rig.phone.isActive(session));
        assertThat(rig.phone.metadata(session).path("lifecycleState").asString())
                .isEqualTo("suspended");
        assertThat(rig.phone.events(session)).endsWith("turn-end:cancelled");
        // Arrives while the daemon is away; the first one was acted on and is not again.
        rig.phone.write(session, "recall");
        rig.phone.write(session, "say c");
        rig.startDaemon();
        List<String> events = rig.phone.awaitTurns(session, 3);
        assertThat(events)
                .endsWith(
                        "turn-start",
                        "text:memory: [say a plan wait 60000, recall]",
                        "turn-end:completed",
                        "turn-start",
                        "text:c",
                        "turn-end:completed");
        rig.phone.awaitMetadata(session, "lifecycleState", "running");
        assertThat(rig.phone.isActive(session)).isTrue();
        assertThat(rig.agents()).hasSize(1);
    }

    @Test
    void agentThatCannotLoadBeginsAnewAndTheNoteSaysSo() throws Exception {
        rig.startDaemon();
        SessionId session = rig.phone.spawn(rig.id(), rig.work, "forgetful");
        rig.phone.write(session, "say a");
        rig.phone.awaitTurns(session, 1);
        rig.daemon().stop(ShutdownSource.CLI);
        rig.startDaemon();
        rig.phone.write(session, "recall");
        List<String> events = rig.phone.awaitTurns(session, 2);
        assertThat(events).endsWith("text:memory: [recall]", "turn-end:completed");
        assertThat(events)
                .anySatisfy(
                        event -> assertThat(event).contains("could not go on with the earlier"));
    }

    @Test
    void endedSessionCanBeResumed() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "say a");
        rig.phone.awaitTurns(session, 1);
        assertThat(
                        rig.phone
                                .callSession(session, "killSession", Map.of())
                                .path("success")
                                .asBoolean())
                .isTrue();
        rig.phone.awaitMetadata(session, "lifecycleState", "archived");
        Phone.Awaiting.until(() -> !rig.phone.isActive(session));
        assertThat(resume(session).path("type").asString("")).isEqualTo("success");
        rig.phone.awaitMetadata(session, "lifecycleState", "running");
        Phone.Awaiting.until(() -> rig.phone.isActive(session));
        // Once more, and resumed at once.
        rig.phone.callSession(session, "killSession", Map.of());
        assertThat(resume(session).path("type").asString("")).isEqualTo("success");
        rig.phone.awaitMetadata(session, "lifecycleState", "running");
        Phone.Awaiting.until(() -> rig.phone.isActive(session));
        rig.phone.write(session, "recall");
        assertThat(rig.phone.awaitTurns(session, 2))
                .endsWith("text:memory: [say a, recall]", "turn-end:completed");
        assertThat(
                        rig.phone
                                .callMachine(
                                        rig.id(),
                                        "resume-happy-session",
                                        Map.of("sessionId", "other"))
                                .has("error"))
                .isTrue();
    }

    @Test
    void machineThatHasLostItsFilesGoesOnWithTheKeyThatItsOwnerHandsOver() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "say a");
        rig.phone.awaitTurns(session, 1);
        rig.daemon().stop(ShutdownSource.CLI);
        rig.losesItsHome();
        rig.startDaemon();
        rig.phone.forgetKeyOf(rig.id());

        assertThat(resume(session).path("error").asString(""))
                .contains("No such session was run on this machine");
        SymmetricKey other = SymmetricKey.random(new SecureRandom());
        restore(session, other);
        assertThat(resume(session).path("error").asString("")).contains("does not open");
        restore(
                session,
                DataEncryptionKey.unwrap(
                        Objects.requireNonNull(
                                rig.phone.session(session).row().dataEncryptionKey()),
                        rig.owner.keys.contentSecretKey()));
        assertThat(resume(session).path("type").asString("")).isEqualTo("success");

        rig.phone.write(session, "recall");
        assertThat(rig.phone.awaitTurns(session, 2))
                .endsWith("text:memory: [say a, recall]", "turn-end:completed");
    }

    private JsonNode resume(SessionId session) throws Exception {
        return rig.phone.callMachine(
                rig.id(), "resume-happy-session", Map.of("sessionId", session.value()));
    }

    private void restore(SessionId session, SymmetricKey key) throws Exception {
        assertThat(
                        rig.phone.callMachine(
                                rig.id(),
                                "restore-session-key",
                                Map.of(
                                        "sessionId",
                                        session.value(),
                                        "key",
                                        Base64.getEncoder().encodeToString(key.bytes()))))
                .hasToString("{\"message\":\"Session key restored\"}");
    }

    @Test
    void archivingOnThePhoneEndsTheSession() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.archive(session);
        rig.awaitNoAgents();
        rig.phone.awaitMetadata(session, "lifecycleState", "archived");
        Phone.Awaiting.until(() -> !rig.phone.isActive(session));
    }

    @Test
    void agentIsServedInsideTheSessionsDirectoryOnly() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        Path inside = rig.work.resolve("a.txt");
        Path outside = rig.work.resolveSibling("b.txt");
        rig.phone.write(
                session,
                "write "
                        + inside
                        + " hello\nplan\nread "
                        + inside
                        + "\nedit x\nwrite "
                        + outside
                        + " hello\nedit y\nread /etc/passwd\nedit z\nrun echo out; exit 3");
        List<String> events = rig.phone.awaitTurns(session, 1);
        assertThat(events)
                .filteredOn(event -> event.startsWith("text:"))
                .containsExactly(
                        "text:ok: {}",
                        "text:ok: {\"content\":\"hello\"}",
                        "text:error: Outside the root directories of this machine",
                        "text:error: Outside the root directories of this machine",
                        "text:exit 3: out\n");
        assertThat(inside).hasContent("hello");
        assertThat(outside).doesNotExist();

        // The session's own methods end at the same walls.
        Files.writeString(outside, "secret");
        assertThat(
                        rig.phone
                                .callSession(session, "readFile", Map.of("path", inside.toString()))
                                .path("success")
                                .asBoolean())
                .isTrue();
        assertThat(
                        rig.phone
                                .callSession(
                                        session, "readFile", Map.of("path", outside.toString()))
                                .path("success")
                                .asBoolean())
                .isFalse();
        JsonNode bash = rig.phone.callSession(session, "bash", Map.of("command", "pwd"));
        assertThat(bash.path("stdout").asString().strip()).isEqualTo(rig.work.toString());
        for (String method : List.of("goal-action", "communication")) {
            assertThat(
                            rig.phone
                                    .callSession(session, method, Map.of("action", "clear"))
                                    .has("error"))
                    .isTrue();
        }
        assertThat(rig.phone.callSession(session, "switch", Map.of("to", "remote")).isNull())
                .isTrue();
        assertThat(rig.phone.callSession(session, "switch", Map.of("to", "local")).has("error"))
                .isTrue();
    }

    @Test
    void absentAgentIsRefusedWithWhatToInstall() throws Exception {
        rig.startDaemon();
        Map<String, String> expected =
                Map.of(
                        "agy", "knows no agent agy",
                        "missing", "/nowhere/agent",
                        "unborn", "no key is set");
        for (var one : expected.entrySet()) {
            JsonNode answer =
                    rig.phone.callMachine(
                            rig.id(),
                            "spawn-happy-session",
                            Map.of("directory", rig.work.toString(), "agent", one.getKey()));
            assertThat(answer.path("error").asString("")).contains(one.getValue());
        }
        rig.awaitNoAgents();
        // No session is shown for what never began.
        Phone.Awaiting.until(
                () -> rig.phone.all().stream().noneMatch(session -> session.row().active()));
        assertThat(rig.owner.metadata(rig.id()).path("agents"))
                .extracting(agent -> agent.path("name").asString())
                .contains("fake")
                .doesNotContain("missing");
        assertThat(rig.owner.metadata(rig.id()).path("cliAvailability").has("claude")).isTrue();
    }

    @Test
    void lockedMachineGivesNothingToTheAgent() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        new RemoteAccessFile(rig.home)
                .write(new RemoteAccess(RemotePolicy.LOCKED, List.of(rig.root())));
        rig.phone.write(session, "say a");
        List<String> events =
                rig.phone.await(
                        session,
                        all -> all.stream().anyMatch(event -> event.contains("is locked")));
        assertThat(events).doesNotContain("text:a");
        assertThat(rig.phone.tryCall(session, "bash", Map.of("command", "true")))
                .isInstanceOfSatisfying(
                        RpcResult.Answered.class,
                        answer -> assertThat(answer.value().toString()).contains("policy"));
        assertThat(
                        rig.phone
                                .callSession(session, "killSession", Map.of())
                                .path("success")
                                .asBoolean())
                .isTrue();
    }

    @Test
    void bigOutputArrivesWhole() throws Exception {
        rig.startDaemon();
        SessionId session = spawn();
        rig.phone.write(session, "big 900");
        List<String> events = rig.phone.awaitTurns(session, 1);
        String text =
                events.stream()
                        .filter(event -> event.startsWith("text:"))
                        .map(event -> event.substring("text:".length()))
                        .collect(Collectors.joining());
        assertThat(text).hasSize(900 * 1024);
        assertThat(text).isEqualTo("0123456789abcde\n".repeat(64 * 900));
    }
}
