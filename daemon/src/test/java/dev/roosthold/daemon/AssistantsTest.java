package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Scheduler;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Assistants, jobs and restored keys through a real relay.
@Timeout(60)
class AssistantsTest {
    @TempDir Path temp;
    private Path home;
    private Path root;
    private RelayRig relay;
    private Owner owner;
    private MachineCredential.WithToken machine;
    private RunningDaemon daemon;
    private RelaySocket page;
    private Thread listener;
    private EncryptedJson encryption;
    private final Agents agents = new Agents();

    /// Sessions that only exist here.
    private static final class Agents implements AgentSessions {
        private final List<Running> running = new CopyOnWriteArrayList<>();
        private final List<String> prompts = new CopyOnWriteArrayList<>();

        @Override
        public Outcome spawn(Path directory, ObjectNode params) {
            String id = "s" + System.nanoTime();
            running.add(new Running(id, directory, "fake", 0));
            return new Outcome.Started(id);
        }

        @Override
        public Outcome spawnWithPrompt(Path directory, ObjectNode params, String prompt) {
            prompts.add(prompt);
            return spawn(directory, params);
        }

        @Override
        public Outcome resume(String sessionId, ObjectNode params) {
            return new Outcome.Refused("none");
        }

        @Override
        public boolean stop(String sessionId) {
            return running.removeIf(one -> one.sessionId().equals(sessionId));
        }

        @Override
        public List<Running> running() {
            return running;
        }
    }

    @BeforeEach
    void start() throws Exception {
        home = temp.resolve("home");
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        Files.createDirectory(root.resolve("shop"));
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
        var result =
                new Enrolment(home)
                        .enrol(
                                relay.address(),
                                owner.addMachine("laptop"),
                                owner.accountKey(),
                                root,
                                false);
        machine = ((EnrolmentResult.Enrolled) result).credential();
        DaemonConfig config =
                new DaemonConfig(
                        home,
                        machine,
                        "1.2.3",
                        () -> new HostFacts("box", "linux", "x64", "ada", Path.of("/home/ada")),
                        Clock.systemUTC(),
                        Scheduler.system(),
                        new SecureRandom());
        daemon = new RunningDaemon(config, Optional.of(_ -> agents)).awaitReady();
        CompletableFuture<RelaySocket> connected = new CompletableFuture<>();
        listener = owner.listen(connected, (_, _) -> {});
        page = connected.get(10, TimeUnit.SECONDS);
        encryption = owner.encryption(machine.machine());
    }

    @AfterEach
    void stop() throws Exception {
        listener.interrupt();
        daemon.close();
        owner.close();
        relay.close();
    }

    private JsonNode call(String method, Map<String, String> params) throws Exception {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        params.forEach(object::put);
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", machine.machine().value() + ":" + method);
        request.put("params", encryption.sealValue(object));
        JsonNode answer =
                page.call("rpc-call", request, Duration.ofSeconds(15)).get(20, TimeUnit.SECONDS);
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return encryption.openValue(answer.path("result").asString()).orElseThrow();
    }

    private String path() {
        return "/v1/web/machines/" + machine.machine() + "/assistants";
    }

    private JsonNode assistant() {
        return owner.send("GET", path(), null).path(0);
    }

    private JsonNode spawn() throws Exception {
        return call(
                "spawn-happy-session", Map.of("type", "spawn-in-directory", "directory", "shop"));
    }

    @Test
    void assistantRunsSessionsOnlyWhileItsOwnerApproves() throws Exception {
        JsonNode made = call("create-assistant", Map.of("directory", "shop", "name", "Shop"));
        String id = made.path("assistantId").asString();
        assertThat(id).matches("[A-Za-z0-9_-]{21}");
        ObjectNode details = encryption.open(assistant().path("details").asString()).orElseThrow();
        assertThat(details.path("directory").asString()).isEqualTo(root.resolve("shop").toString());
        assertThat(details.path("name").asString()).isEqualTo("Shop");
        // The same directory again is the same assistant.
        JsonNode again = call("create-assistant", Map.of("directory", "shop"));
        assertThat(again.path("assistantId").asString()).isEqualTo(id);
        assertThat(call("create-assistant", Map.of("directory", "/etc")).has("error")).isTrue();
        assertThat(spawn().path("error").asString()).contains("not approved");

        owner.send("POST", path() + "/" + id + "/approve", null);
        await().until(() -> assistant().path("status").asString().equals("online"));
        assertThat(spawn().path("type").asString()).isEqualTo("success");
        assertThat(agents.running).hasSize(1);

        owner.send("POST", path() + "/" + id + "/revoke", null);
        await().until(agents.running::isEmpty);
        assertThat(spawn().path("error").asString()).contains("not approved");
    }

    @Test
    void jobThatItsOwnerWroteIsDoneWhenAsked() throws Exception {
        ObjectNode job = JsonNodeFactory.instance.objectNode();
        job.put("cron", "0 6 * * *").put("prompt", "tidy up").put("directory", "shop");
        owner.send(
                "PUT",
                "/v1/machines/" + machine.machine() + "/jobs/j1",
                Map.of("data", encryption.seal(job), "expectedVersion", 0));
        await().until(() -> call("run-job", Map.of("jobId", "j1")).has("sessionId"));
        assertThat(agents.prompts).containsExactly("tidy up");
        assertThat(call("run-job", Map.of("jobId", "j1")).path("error").asString())
                .contains("goes on");
        assertThat(call("run-job", Map.of("jobId", "j2")).path("error").asString())
                .isEqualTo("No such job");
    }

    @Test
    void sessionKeyThatAClientHandsOverIsKept() throws Exception {
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        Map<String, String> params = Map.of("sessionId", "abc", "key", key);
        assertThat(call("restore-session-key", params).has("message")).isTrue();
        assertThat(Files.readString(home.resolve("session-keys/abc")).strip()).isEqualTo(key);
        for (var wrong :
                List.of(
                        Map.of("sessionId", "../x", "key", key),
                        Map.of("sessionId", "abc", "key", "AAAA"))) {
            assertThat(call("restore-session-key", wrong).has("error")).isTrue();
        }
    }
}
