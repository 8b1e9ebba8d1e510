package dev.roosthold.daemon.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Steers a running daemon of the same user. Immutable, thread-safe; one connection for each call.
///
/// Written on a plain socket: `roost status` must answer in a fraction of a second, and an HTTP
/// library takes that time alone.
public final class LocalClient {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Starting an agent takes its time.
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(60);

    private static final int MAX_ANSWER = 4 << 20;

    private final DaemonFile.Entry entry;

    private record Answer(int status, String body) {}

    LocalClient(DaemonFile.Entry entry) {
        this.entry = entry;
    }

    /// To the daemon of this home directory; empty when there is none. That it answers is not said.
    ///
    /// @throws IOException when the file with its place cannot be read
    public static Optional<LocalClient> of(Path home) throws IOException {
        return new DaemonFile(home).read().filter(DaemonFile.Entry::isAlive).map(LocalClient::new);
    }

    public long pid() {
        return entry.pid();
    }

    public int port() {
        return entry.port();
    }

    /// Whether the process of this daemon still runs; never true for another one with its id.
    public boolean isAlive() {
        return entry.isAlive();
    }

    /// Signals the process of this daemon, unless it has ended.
    ///
    /// @param hard without letting it say goodbye
    public void signal(boolean hard) {
        if (isAlive()) {
            ProcessHandle.of(entry.pid())
                    .ifPresent(
                            process -> {
                                boolean _ = hard ? process.destroyForcibly() : process.destroy();
                            });
        }
    }

    /// The status.
    ///
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public DaemonStatus status() throws IOException {
        return StatusText.parse(Lazily.JSON.readTree(statusAs("application/json")));
    }

    /// The status as it can be printed.
    ///
    /// @param type `application/json` or `text/plain`
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public String statusAs(String type) throws IOException {
        return require(exchange("GET", "/v1/status", null, type, PATIENCE));
    }

    /// Asks the daemon to stop; it does so after this has returned.
    ///
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public void stop() throws IOException {
        String _ = require(exchange("POST", "/v1/stop", null, "application/json", PATIENCE));
    }

    /// `{"sessions":[...]}`, see the package.
    ///
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public JsonNode sessions() throws IOException {
        return call("GET", "/v1/sessions", null);
    }

    /// Starts an agent session. The directory must lie inside the machine's root directories, here
    /// too: the session can be used from everywhere.
    ///
    /// @param params `{directory, agent?, ...}`, as of the remote method `spawn-happy-session`
    /// @return `{"type":"success", sessionId}` or `{"type":"pending", clientRequestId,
    ///     retryAfterMs}`
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public JsonNode spawn(ObjectNode params) throws IOException {
        return call("POST", "/v1/sessions", params.toString());
    }

    /// Starts an agent session for the person at this terminal; answers as [#spawn].
    ///
    /// @param agent empty for the usual one
    /// @param command of an agent that has no name; may be empty
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public JsonNode run(Path directory, Optional<String> agent, List<String> command)
            throws IOException {
        ObjectNode params = Lazily.JSON.createObjectNode().put("directory", directory.toString());
        agent.ifPresent(name -> params.put("agent", name));
        command.forEach(params.withArray("/command")::add);
        return call("POST", "/v1/run", params.toString());
    }

    /// Starts a session of before again; answers as [#spawn].
    ///
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses
    public JsonNode resume(String sessionId, ObjectNode params) throws IOException {
        return call("POST", path(sessionId) + "/resume", params.toString());
    }

    /// Ends a session.
    ///
    /// @throws IOException when the daemon does not answer
    /// @throws LocalException when it refuses, with 404 when no such session runs
    public void stopSession(String sessionId) throws IOException {
        JsonNode _ = call("POST", path(sessionId) + "/stop", null);
    }

    private static String path(String sessionId) {
        if (!sessionId.matches("[A-Za-z0-9_-]{1,100}")) {
            throw new LocalException(404, "No such session runs on this machine");
        }
        return "/v1/sessions/" + sessionId;
    }

    private JsonNode call(String method, String path, @Nullable String body) throws IOException {
        return Lazily.JSON.readTree(
                require(exchange(method, path, body, "application/json", LONG_PATIENCE)));
    }

    private static String require(Answer answer) {
        if (answer.status() == 200) {
            return answer.body();
        }
        throw new LocalException(
                answer.status(),
                Lazily.JSON
                        .readTree(answer.body())
                        .path("error")
                        .asString("status " + answer.status()));
    }

    private Answer exchange(
            String method, String path, @Nullable String body, String accept, Duration patience)
            throws IOException {
        byte[] content = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        String head =
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + entry.port()
                        + "\r\nAuthorization: Bearer "
                        + entry.token()
                        + "\r\nAccept: "
                        + accept
                        + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + content.length
                        + "\r\nConnection: close\r\n\r\n";
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), entry.port()),
                    (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            socket.setTcpNoDelay(true);
            byte[] request = head.getBytes(StandardCharsets.UTF_8);
            byte[] all = java.util.Arrays.copyOf(request, request.length + content.length);
            System.arraycopy(content, 0, all, request.length, content.length);
            socket.getOutputStream().write(all);
            return read(socket.getInputStream());
        }
    }

    private static Answer read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_ANSWER);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (!text.startsWith("HTTP/1.1 ") || end < 0 || bytes.length == MAX_ANSWER) {
            throw new IOException("what listens there is not the machine daemon");
        }
        try {
            return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(end + 4));
        } catch (NumberFormatException e) {
            throw new IOException("what listens there is not the machine daemon", e);
        }
    }

    /// Not loaded for a status that is only printed.
    private static final class Lazily {
        static final JsonMapper JSON = JsonMapper.builder().build();
    }
}
