package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.daemon.rpc.RemotePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A person's client calls the daemon through a real relay.
@Timeout(60)
class RemoteCallsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir Path temp;
    private Path root;
    private Path home;
    private RelayRig relay;
    private Owner owner;
    private MachineCredential.WithToken machine;
    private RunningDaemon daemon;
    private RelaySocket page;
    private Thread listener;
    private EncryptedJson encryption;
    private final List<JsonNode> frames = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        home = temp.resolve("home");
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
        machine =
                ((EnrolmentResult.Enrolled)
                                new Enrolment(home)
                                        .enrol(
                                                relay.address(),
                                                owner.addMachine("laptop"),
                                                owner.accountKey(),
                                                root,
                                                false))
                        .credential();
        daemon = new RunningDaemon(home, machine).awaitReady();
        CompletableFuture<RelaySocket> connected = new CompletableFuture<>();
        listener =
                owner.listen(
                        connected,
                        (name, argument) -> {
                            if (name.equals("machine-stream")) {
                                frames.add(argument);
                            }
                        });
        page = connected.get(10, TimeUnit.SECONDS);
        // Opened with the master secret alone, as every client of the account does.
        encryption = owner.encryption(machine.machine());
    }

    @AfterEach
    void stop() throws InterruptedException {
        listener.interrupt();
        daemon.close();
        owner.close();
        relay.close();
    }

    private JsonNode outer(String method, String params) throws Exception {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", machine.machine() + ":" + method);
        request.put("params", params);
        return page.call("rpc-call", request, Duration.ofSeconds(40)).get();
    }

    private JsonNode call(String method, Map<String, ?> params) throws Exception {
        JsonNode answer = outer(method, encryption.sealValue(JSON.valueToTree(params)));
        assertThat(answer.path("ok").asBoolean(false)).as("%s", answer).isTrue();
        return encryption.openValue(answer.path("result").asString()).orElseThrow();
    }

    private static String base64(byte[] content) {
        return Base64.getEncoder().encodeToString(content);
    }

    @Test
    void filesAreWrittenReadListedAndCommandsRun() throws Exception {
        assertThat(call("make-directory", Map.of("path", "sub")).path("success").asBoolean())
                .isTrue();
        byte[] content = new byte[512 * 1024];
        content[77] = 7;
        JsonNode written =
                call("writeFile", Map.of("path", "sub/file", "content", base64(content)));
        assertThat(written.path("success").asBoolean()).as("%s", written).isTrue();
        assertThat(call("readFile", Map.of("path", "sub/file")).path("content").asString())
                .as("the largest file comes through the relay in both directions")
                .isEqualTo(base64(content));
        assertThat(
                        call("listDirectory", Map.of("path", root.toString()))
                                .path("entries")
                                .path(0)
                                .path("name")
                                .asString())
                .isEqualTo("sub");
        assertThat(
                        call("getDirectoryTree", Map.of("path", ".", "maxDepth", 5))
                                .path("tree")
                                .path("children")
                                .path(0)
                                .path("children")
                                .path(0)
                                .path("size")
                                .asInt())
                .isEqualTo(content.length);
        assertThat(call("bash", Map.of("command", "ls", "cwd", "/")).path("stdout").asString())
                .isEqualTo("sub\n");
        assertThat(
                        call("bash", Map.of("command", "head -c 2000000 /dev/zero"))
                                .path("truncated")
                                .asBoolean())
                .as("the largest output comes through the relay")
                .isTrue();
        assertThat(daemon.times(MachineState.READY)).isEqualTo(1);
    }

    @Test
    void outsideAndNonsenseAreRefusedInsideTheCiphertext() throws Exception {
        assertThat(call("readFile", Map.of("path", home + "/machine.json")).toString())
                .isEqualTo(
                        "{\"success\":false,\"error\":\"Outside the root directories of this"
                                + " machine\"}");
        JsonNode answer = outer("bash", "not encrypted");
        assertThat(answer.path("ok").asBoolean()).isTrue();
        assertThat(
                        encryption
                                .openValue(answer.path("result").asString())
                                .orElseThrow()
                                .path("error")
                                .asString())
                .isEqualTo("The parameters cannot be read");
    }

    @Test
    void manyCallsAtOnceAreAllAnswered() throws Exception {
        List<CompletableFuture<JsonNode>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ObjectNode request = JsonNodeFactory.instance.objectNode();
            request.put("method", machine.machine() + ":bash");
            request.put(
                    "params",
                    encryption.sealValue(
                            JSON.valueToTree(Map.of("command", "sleep 0.1; echo " + i))));
            all.add(page.call("rpc-call", request, Duration.ofSeconds(40)));
        }
        for (int i = 0; i < 12; i++) {
            JsonNode result =
                    encryption.openValue(all.get(i).get().path("result").asString()).orElseThrow();
            assertThat(result.path("stdout").asString()).isEqualTo(i + "\n");
        }
    }

    @Test
    void policyAndRootsChangeUnderTheRunningDaemonAndAreShown() throws Exception {
        RemoteAccessFile file = new RemoteAccessFile(home);
        Path more = Files.createDirectories(temp.toRealPath().resolve("more"));
        assertThat(call("listDirectory", Map.of("path", more.toString())).has("error")).isTrue();

        file.write(new RemoteAccess(RemotePolicy.SESSIONS, List.of(root, more)));

        assertThat(call("bash", Map.of("command", "true")).path("error").asString())
                .isEqualTo("This machine's policy (sessions) does not allow it");
        assertThat(call("listDirectory", Map.of("path", more.toString())).has("error")).isFalse();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> {
                            ObjectNode metadata = owner.metadata(machine.machine());
                            assertThat(metadata.path("remotePolicy").asString())
                                    .isEqualTo("sessions");
                            assertThat(metadata.path("rootDirectories").toString())
                                    .isEqualTo("[\"%s\",\"%s\"]".formatted(root, more));
                            assertThat(metadata.path("rootDirectory").asString())
                                    .isEqualTo(root.toString());
                        });

        Files.writeString(home.resolve("remote.json"), "{");
        assertThat(call("listDirectory", Map.of("path", ".")).path("error").asString())
                .as("settings that cannot be read allow nothing")
                .isEqualTo("This machine's policy (locked) does not allow it");
        assertThat(daemon.notices).anyMatch(notice -> notice.contains("damaged"));
    }

    @Test
    void cloneReportsThroughTheLiveStream() throws Exception {
        assertThat(
                        call(
                                        "bash",
                                        Map.of(
                                                "command",
                                                "git init -q source && cd source && echo x > file"
                                                        + " && git add file && git -c user.name=a"
                                                        + " -c user.email=a@b commit -qm first"))
                                .path("success")
                                .asBoolean())
                .isTrue();
        JsonNode result =
                call(
                        "git-clone",
                        Map.of(
                                "url",
                                "file://" + root + "/source",
                                "path",
                                "copy",
                                "streamId",
                                "clone-1"));
        assertThat(result.path("success").asBoolean()).as("%s", result).isTrue();
        await().untilAsserted(() -> assertThat(types()).last().isEqualTo("done"));
        assertThat(types()).startsWith("progress");
        for (int i = 0; i < frames.size(); i++) {
            assertThat(frames.get(i).path("n").asInt()).isEqualTo(i);
            assertThat(frames.get(i).path("streamId").asString()).isEqualTo("clone-1");
        }
    }

    private List<String> types() {
        return frames.stream()
                .map(frame -> encryption.openValue(frame.path("data").asString()).orElseThrow())
                .map(frame -> frame.path("type").asString())
                .toList();
    }

    @Test
    void callsWorkAgainAfterTheRelayRestarts() throws Exception {
        listener.interrupt();
        relay.stop();
        daemon.awaitState(MachineState.ERROR);
        relay.startAgain();
        daemon.awaitTimes(MachineState.READY, 2);
        CompletableFuture<RelaySocket> connected = new CompletableFuture<>();
        listener = owner.listen(connected, (_, _) -> {});
        page = connected.get(10, TimeUnit.SECONDS);
        assertThat(call("bash", Map.of("command", "echo back")).path("stdout").asString())
                .isEqualTo("back\n");
    }

    @Test
    void daemonStopsByACallAnswersItAndEndsWhatRuns() throws Exception {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", machine.machine() + ":bash");
        request.put(
                "params",
                encryption.sealValue(
                        JSON.valueToTree(
                                Map.of("command", "touch begun; sleep 20", "timeout", 30_000))));
        CompletableFuture<JsonNode> running =
                page.call("rpc-call", request, Duration.ofSeconds(40));
        await().until(() -> Files.exists(root.resolve("begun")));

        assertThat(call("stop-daemon", Map.of()).path("message").asString()).isNotEmpty();

        assertThat(daemon.awaitEnd()).isEqualTo(new DaemonEnd.Requested(ShutdownSource.MOBILE_APP));
        ObjectNode state = owner.daemonState(machine.machine());
        assertThat(state.path("status").asString()).isEqualTo("offline");
        assertThat(state.path("shutdownSource").asString()).isEqualTo("mobile-app");
        JsonNode answer = running.get();
        assertThat(encryption.openValue(answer.path("result").asString()).orElseThrow().toString())
                .contains("stopping");
    }
}
