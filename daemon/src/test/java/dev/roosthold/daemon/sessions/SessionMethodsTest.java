package dev.roosthold.daemon.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.daemon.Calls;
import dev.roosthold.daemon.roots.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class SessionMethodsTest {
    @TempDir Path temp;
    private Path root;
    private Calls calls;

    /// Starts nothing, and names the session after the directory.
    private static final class Names implements AgentSessions {
        @Override
        public Outcome spawn(Path directory, ObjectNode params) {
            return new Outcome.Started(directory + " " + params.path("agent").asString(""));
        }

        @Override
        public Outcome run(Path directory, Optional<String> agent, List<String> command) {
            return new Outcome.Refused("not here");
        }

        @Override
        public Outcome spawnWithPrompt(Path directory, ObjectNode params, String prompt) {
            return new Outcome.Refused("not here");
        }

        @Override
        public ObjectNode machineFields() {
            return JsonNodeFactory.instance.objectNode();
        }

        @Override
        public List<Running> running() {
            return List.of();
        }

        @Override
        public Outcome resume(String sessionId, ObjectNode params) {
            return sessionId.equals("slow")
                    ? new Outcome.Pending("r1", 500)
                    : new Outcome.Refused("No such session");
        }

        @Override
        public boolean stop(String sessionId) {
            return sessionId.equals("s1");
        }
    }

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        calls = new Calls(SessionMethods.of(() -> new Roots(List.of(root), Set.of()), new Names()));
    }

    @AfterEach
    void stop() {
        calls.close();
    }

    private String spawn(String directory, boolean approved) {
        return calls.call(
                        "spawn-happy-session",
                        Map.of(
                                "type",
                                "spawn-in-directory",
                                "directory",
                                directory,
                                "agent",
                                "codex",
                                "approvedNewDirectoryCreation",
                                approved))
                .toString();
    }

    @Test
    void newDirectoryIsMadeOnlyWithApproval() {
        assertThat(spawn("new", false))
                .isEqualTo(
                        "{\"type\":\"requestToApproveDirectoryCreation\",\"directory\":\"new\"}");
        assertThat(root.resolve("new")).doesNotExist();
        assertThat(spawn("new", true))
                .isEqualTo("{\"type\":\"success\",\"sessionId\":\"" + root + "/new codex\"}");
        assertThat(root.resolve("new")).isDirectory();
        assertThat(spawn(root.toString(), false)).contains("\"type\":\"success\"");
    }

    @Test
    void sessionStartsInsideTheRootsOnly() {
        for (String directory : List.of("..", "/", "/etc", "../new")) {
            assertThat(spawn(directory, true))
                    .isEqualTo("{\"error\":\"Outside the root directories of this machine\"}");
        }
    }

    @Test
    void outcomesHaveTheFormOfTheContract() {
        assertThat(calls.call("resume-happy-session", Map.of("sessionId", "slow")).toString())
                .isEqualTo(
                        "{\"type\":\"pending\",\"clientRequestId\":\"r1\",\"retryAfterMs\":500}");
        assertThat(calls.call("resume-happy-session", Map.of("sessionId", "x")).toString())
                .isEqualTo("{\"error\":\"No such session\"}");
        assertThat(calls.call("stop-session", Map.of("sessionId", "s1")).toString())
                .isEqualTo("{\"message\":\"Session stopped\"}");
        assertThat(calls.call("stop-session", Map.of("sessionId", "s2")).has("error")).isTrue();
    }
}
