package dev.roosthold.daemon.local;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Lets commands of the same user steer a running daemon, see the package. Thread-safe.
public final class LocalControl implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalControl.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int TOKEN_BYTES = 32;
    private static final int MAX_BODY = 64 * 1024;
    private static final int AT_ONCE = 16;
    private static final int BACKLOG = 16;
    private static final String SESSIONS = "/v1/sessions";

    /// A browser sends at least one of these with whatever a page asks for.
    private static final List<String> MARKS_OF_BROWSERS =
            List.of("Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode");

    private final LocalDaemon daemon;
    private final DaemonFile file;
    private final DaemonFile.Entry entry;
    private final HttpServer server;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("roost-local").factory());
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Set<String> ownNames;
    private final byte[] authorization;

    private record Answer(int status, String type, String body) {
        static Answer json(int status, JsonNode body) {
            return new Answer(status, "application/json", body.toString());
        }

        static Answer error(int status, String text) {
            return json(status, JsonNodeFactory.instance.objectNode().put("error", text));
        }
    }

    /// A request that cannot be carried out.
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refusal(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    static {
        // Read once by the server of the JDK: answers go out at once, and nobody may hold a
        // connection open with half a request. Looking for such connections each second would be a
        // tenth of all that an idle daemon does.
        for (var setting :
                List.of("nodelay=true", "maxReqTime=15", "maxReqHeaders=50", "timerMillis=5000")) {
            String[] parts = setting.split("=", 2);
            String name = "sun.net.httpserver." + parts[0];
            if (System.getProperty(name) == null) {
                System.setProperty(name, parts[1]);
            }
        }
    }

    private LocalControl(
            Path home, LocalDaemon daemon, HttpServer server, String version, SecureRandom random) {
        this.daemon = daemon;
        this.server = server;
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        long pid = ProcessHandle.current().pid();
        entry =
                new DaemonFile.Entry(
                        server.getAddress().getPort(),
                        Base64.getUrlEncoder().withoutPadding().encodeToString(token),
                        pid,
                        ProcessMark.of(pid).orElse(""),
                        version);
        file = new DaemonFile(home);
        ownNames = Set.of("127.0.0.1:" + entry.port(), "localhost:" + entry.port());
        authorization = ("Bearer " + entry.token()).getBytes(StandardCharsets.UTF_8);
    }

    /// Listens on a free port and writes `daemon.json`. Whoever calls this holds the lock of the
    /// home directory: a file that is there is of a daemon that has ended.
    public static LocalControl start(
            Path home, LocalDaemon daemon, String version, SecureRandom random) throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
        LocalControl control = new LocalControl(home, daemon, server, version, random);
        server.createContext("/", control::handle);
        server.setExecutor(control.threads);
        server.start();
        try {
            control.file.write(control.entry);
        } catch (IOException e) {
            control.close();
            throw e;
        }
        return control;
    }

    public int port() {
        return entry.port();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            if (free.tryAcquire()) {
                try {
                    answer = answer(exchange);
                } finally {
                    free.release();
                }
            } else {
                answer = Answer.error(503, "Too many requests at once");
            }
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            Headers headers = exchange.getResponseHeaders();
            headers.set("Content-Type", answer.type());
            headers.set("Cache-Control", "no-store");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Connection", "close");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        List<String> host = headers.getOrDefault("Host", List.of());
        if (host.size() != 1
                || !ownNames.contains(host.getFirst())
                || MARKS_OF_BROWSERS.stream().anyMatch(headers::containsKey)) {
            return Answer.error(403, "Not for browsers");
        }
        List<String> shown = headers.getOrDefault("Authorization", List.of());
        if (shown.size() != 1
                || !MessageDigest.isEqual(
                        shown.getFirst().getBytes(StandardCharsets.UTF_8), authorization)) {
            return Answer.error(401, "Unauthorized");
        }
        try {
            return route(exchange);
        } catch (Refusal e) {
            return Answer.error(e.status, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Answer.error(500, String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Answer.error(503, "The daemon stops");
        } catch (RuntimeException e) {
            LOG.warn("a local request failed", e);
            return Answer.error(500, "Internal error");
        }
    }

    private Answer route(HttpExchange exchange) throws Refusal, IOException, InterruptedException {
        String path = exchange.getRequestURI().getRawPath();
        String what = exchange.getRequestMethod() + " " + path;
        return switch (what) {
            case "GET /v1/status" -> status(exchange.getRequestHeaders());
            case "POST /v1/stop" -> stop();
            case "GET " + SESSIONS -> sessions();
            case "POST " + SESSIONS -> spawn(body(exchange));
            case "POST /v1/run" -> run(body(exchange));
            default -> {
                String[] parts = path.split("/", -1);
                if (!what.startsWith("POST " + SESSIONS + "/") || parts.length != 5) {
                    throw new Refusal(404, "Not found");
                }
                yield switch (parts[4]) {
                    case "stop" -> stopSession(parts[3]);
                    case "resume" -> outcome(agents().resume(parts[3], body(exchange)));
                    default -> throw new Refusal(404, "Not found");
                };
            }
        };
    }

    private Answer status(Headers headers) {
        DaemonStatus status = daemon.status();
        String accept = String.valueOf(headers.getFirst("Accept"));
        return accept.startsWith("text/plain")
                ? new Answer(
                        200,
                        "text/plain; charset=utf-8",
                        StatusText.lines(status, entry.pid(), ZoneId.systemDefault()))
                : Answer.json(200, StatusText.json(status, entry.pid(), entry.port()));
    }

    private Answer stop() {
        daemon.stop();
        return Answer.json(
                200, JsonNodeFactory.instance.objectNode().put("message", "The daemon stops"));
    }

    private AgentSessions agents() throws Refusal {
        return daemon.sessions()
                .orElseThrow(() -> new Refusal(501, "This machine cannot run agents (yet)"));
    }

    private Answer sessions() {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("sessions");
        daemon.sessions().map(AgentSessions::running).orElse(List.of()).stream()
                .map(
                        session ->
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("sessionId", session.sessionId())
                                        .put("directory", session.directory().toString())
                                        .put("agent", session.agent())
                                        .put("startedAt", session.startedAtMs()))
                .forEach(list::add);
        return Answer.json(200, answer);
    }

    private Answer spawn(ObjectNode params) throws Refusal, IOException, InterruptedException {
        return outcome(agents().spawn(directory(params), params));
    }

    private Answer run(ObjectNode params) throws Refusal, IOException, InterruptedException {
        String agent = params.path("agent").asString("");
        List<String> command = new ArrayList<>();
        params.path("command").forEach(word -> command.add(word.asString("")));
        return outcome(
                agents().run(
                                directory(params),
                                agent.isEmpty() ? Optional.empty() : Optional.of(agent),
                                command));
    }

    private static Path directory(ObjectNode params) throws Refusal {
        Path directory;
        try {
            directory = Path.of(params.path("directory").asString(""));
        } catch (InvalidPathException _) {
            throw new Refusal(400, "directory is not a path");
        }
        if (!directory.isAbsolute()) {
            throw new Refusal(400, "directory must be an absolute path");
        }
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException _) {
            throw new Refusal(409, "There is no directory " + directory);
        }
        if (!real.toFile().isDirectory()) {
            throw new Refusal(409, directory + " is not a directory");
        }
        return real;
    }

    private Answer stopSession(String id) throws Refusal, IOException, InterruptedException {
        if (!agents().stop(id)) {
            throw new Refusal(404, "No such session runs on this machine");
        }
        return Answer.json(
                200, JsonNodeFactory.instance.objectNode().put("message", "Session stopped"));
    }

    private static Answer outcome(AgentSessions.Outcome outcome) throws Refusal {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        return switch (outcome) {
            case AgentSessions.Outcome.Started(var id) ->
                    Answer.json(200, answer.put("type", "success").put("sessionId", id));
            case AgentSessions.Outcome.Pending(var request, var retry) ->
                    Answer.json(
                            200,
                            answer.put("type", "pending")
                                    .put("clientRequestId", request)
                                    .put("retryAfterMs", retry));
            case AgentSessions.Outcome.Refused(var reason) -> throw new Refusal(409, reason);
        };
    }

    private static ObjectNode body(HttpExchange exchange) throws Refusal, IOException {
        try (InputStream in = exchange.getRequestBody()) {
            byte[] bytes = in.readNBytes(MAX_BODY + 1);
            if (bytes.length > MAX_BODY) {
                throw new Refusal(413, "The request is too large");
            }
            if (bytes.length == 0) {
                return JsonNodeFactory.instance.objectNode();
            }
            Optional<String> type =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"));
            if (type.isPresent()
                    && type.get().startsWith("application/json")
                    && JSON.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
            throw new Refusal(400, "A JSON object is expected");
        } catch (JacksonException _) {
            throw new Refusal(400, "A JSON object is expected");
        }
    }

    /// Stops listening and deletes `daemon.json`. What is being answered is cut off.
    @Override
    public void close() {
        try {
            file.delete(entry);
        } catch (IOException e) {
            LOG.warn("cannot delete daemon.json", e);
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
