package dev.roosthold.daemon.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Timeout(30)
class LocalControlTest {
    private static final DaemonStatus STATUS =
            new DaemonStatus(
                    "READY",
                    "laptop",
                    Optional.empty(),
                    OptionalLong.of(1_700_000_000_000L),
                    1_600_000_000_000L,
                    "V1StGXR8_Z5jdHi6B-myT",
                    "https://relay.example",
                    "1.2.3",
                    "full",
                    List.of("/home/ada/\"quoted\"", "/srv"),
                    2);

    @TempDir Path home;
    private final AtomicInteger stops = new AtomicInteger();
    private final Agents agents = new Agents();
    private LocalControl control;
    private LocalClient client;

    /// Agents that only remember what they were asked.
    private static final class Agents implements AgentSessions {
        private final List<String> asked = new ArrayList<>();

        @Override
        public Outcome spawn(Path directory, ObjectNode params) {
            asked.add("spawn " + directory + " " + params.path("agent").asString(""));
            return params.path("agent").asString("").equals("none")
                    ? new Outcome.Refused("no such agent")
                    : new Outcome.Started("s1");
        }

        @Override
        public Outcome run(Path directory, Optional<String> agent, List<String> command) {
            asked.add("run " + directory + " " + agent.orElse("") + " " + command);
            return new Outcome.Started("s2");
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
        public Outcome resume(String sessionId, ObjectNode params) {
            asked.add("resume " + sessionId);
            return new Outcome.Pending("r1", 500);
        }

        @Override
        public boolean stop(String sessionId) {
            asked.add("stop " + sessionId);
            return sessionId.equals("s1");
        }

        @Override
        public List<Running> running() {
            return List.of(new Running("s1", Path.of("/srv"), "opencode", 5));
        }
    }

    @BeforeEach
    void start() throws IOException {
        control =
                LocalControl.start(
                        home,
                        new LocalDaemon() {
                            @Override
                            public DaemonStatus status() {
                                return STATUS;
                            }

                            @Override
                            public void stop() {
                                stops.incrementAndGet();
                            }

                            @Override
                            public Optional<AgentSessions> sessions() {
                                return Optional.of(agents);
                            }
                        },
                        "1.2.3",
                        new SecureRandom());
        client = LocalClient.of(home).orElseThrow();
    }

    @AfterEach
    void stop() {
        control.close();
    }

    /// Sends text as it is and returns the whole answer.
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), control.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String token() throws IOException {
        return new DaemonFile(home).read().orElseThrow().token();
    }

    private String request(String line, String host, String... headers) throws IOException {
        return line
                + " HTTP/1.1\r\nHost: "
                + host
                + "\r\nConnection: close\r\nAuthorization: Bearer "
                + token()
                + "\r\n"
                + String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList())
                + "\r\n";
    }

    private String self() {
        return "127.0.0.1:" + control.port();
    }

    @Test
    void statusComesBackAsItWasGiven() throws IOException {
        assertThat(client.status()).isEqualTo(STATUS);
        assertThat(client.statusAs("text/plain"))
                .contains("https://relay.example", "Sessions  2", "Online    since 2023-11-1");
        assertThat(client.pid()).isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void sessionsAreStartedResumedListedAndStopped() throws IOException {
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        params.put("directory", home.toString()).put("agent", "opencode");
        assertThat(client.spawn(params).path("sessionId").asString()).isEqualTo("s1");
        JsonNode pending = client.resume("s1", JsonNodeFactory.instance.objectNode());
        assertThat(pending.path("retryAfterMs").asInt()).isEqualTo(500);
        assertThat(client.sessions().path("sessions").path(0).path("agent").asString())
                .isEqualTo("opencode");
        client.stopSession("s1");
        assertThat(agents.asked)
                .containsExactly(
                        "spawn " + home.toRealPath() + " opencode", "resume s1", "stop s1");
    }

    @Test
    void refusalsTellWhy() {
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        params.put("directory", home.toString()).put("agent", "none");
        assertThatThrownBy(() -> client.spawn(params))
                .isInstanceOf(LocalException.class)
                .hasMessage("no such agent");
        params.put("directory", "relative");
        assertThatThrownBy(() -> client.spawn(params)).hasMessageContaining("absolute");
        params.put("directory", home.resolve("absent").toString());
        assertThatThrownBy(() -> client.spawn(params)).hasMessageContaining("no directory");
        assertThatThrownBy(() -> client.stopSession("s2"))
                .isInstanceOfSatisfying(
                        LocalException.class, e -> assertThat(e.status()).isEqualTo(404));
        assertThatThrownBy(() -> client.stopSession("../status"))
                .isInstanceOf(LocalException.class);
    }

    @Test
    void stopIsPassedOn() throws IOException {
        client.stop();
        assertThat(stops).hasValue(1);
    }

    @Test
    void anotherNameForThisComputerIsRefusedEvenWithTheToken() throws IOException {
        assertThat(raw(request("GET /v1/status", self()))).startsWith("HTTP/1.1 200");
        assertThat(raw(request("GET /v1/status", "localhost:" + control.port())))
                .startsWith("HTTP/1.1 200");
        for (String host : List.of("evil.example", "evil.example:" + control.port(), "127.0.0.1")) {
            assertThat(raw(request("POST /v1/stop", host))).as(host).startsWith("HTTP/1.1 403");
        }
        assertThat(stops).hasValue(0);
    }

    @Test
    void whatABrowserSendsIsRefusedEvenWithTheToken() throws IOException {
        for (String mark :
                List.of(
                        "Origin: http://" + self(),
                        "Origin: null",
                        "Referer: http://" + self() + "/",
                        "Sec-Fetch-Site: none",
                        "Sec-Fetch-Mode: no-cors")) {
            assertThat(raw(request("POST /v1/stop", self(), mark)))
                    .as(mark)
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(stops).hasValue(0);
    }

    @Test
    void withoutTheTokenNothingIsToldOrDone() throws IOException {
        String none = "GET /v1/status HTTP/1.1\r\nHost: " + self() + "\r\nConnection: close\r\n";
        assertThat(raw(none + "\r\n")).startsWith("HTTP/1.1 401").doesNotContain("relay.example");
        assertThat(raw(none + "Authorization: Bearer " + token() + "x\r\n\r\n"))
                .startsWith("HTTP/1.1 401");
        assertThat(
                        raw(
                                none.replace("GET /v1/status", "POST /v1/stop")
                                        + "Content-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 401");
        assertThat(stops).hasValue(0);
    }

    @Test
    void bodiesAreBoundedAndMustBeJsonObjects() throws IOException {
        String big = "{\"directory\":\"" + "x".repeat(70_000) + "\"}";
        assertThat(post(big, "application/json")).startsWith("HTTP/1.1 413");
        assertThat(post("[]", "application/json")).startsWith("HTTP/1.1 400");
        assertThat(post("{", "application/json")).startsWith("HTTP/1.1 400");
        assertThat(post("{}", "text/plain")).startsWith("HTTP/1.1 400");
        assertThat(raw(request("GET /v1/other", self()))).startsWith("HTTP/1.1 404");
        assertThat(agents.asked).isEmpty();
    }

    private String post(String body, String type) throws IOException {
        return raw(
                request(
                                "POST /v1/sessions",
                                self(),
                                "Content-Type: " + type,
                                "Content-Length: " + body.length())
                        + body);
    }

    @Test
    void fileIsForItsOwnerOnlyAndGoesWithTheDaemon() throws IOException {
        Path file = home.resolve("daemon.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        control.close();
        assertThat(file).doesNotExist();
        assertThat(LocalClient.of(home)).isEmpty();
    }

    @Test
    void anotherProcessWithTheSameIdIsNoDaemon() throws IOException {
        DaemonFile file = new DaemonFile(home);
        DaemonFile.Entry here = file.read().orElseThrow();
        file.write(
                new DaemonFile.Entry(
                        here.port(), here.token(), here.pid(), here.process() + "1", "1.2.3"));
        assertThat(LocalClient.of(home)).isEmpty();
    }

    @Test
    void damagedFileIsNone() throws IOException {
        Files.writeString(home.resolve("daemon.json"), "{\"format\":1,\"port\":99999999999}");
        assertThat(LocalClient.of(home)).isEmpty();
        Files.writeString(home.resolve("daemon.json"), "garbage");
        assertThat(LocalClient.of(home)).isEmpty();
    }
}
