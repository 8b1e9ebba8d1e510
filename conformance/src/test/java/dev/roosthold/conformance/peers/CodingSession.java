package dev.roosthold.conformance.peers;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A coding session run by the session classes of a published package, unchanged, in a process of
/// its own; this test is its agent. Thread-safe.
///
/// The package's own command would need an agent that is not here, so `coding-session.mjs` makes
/// the same calls on the classes that the package exports.
final class CodingSession implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path DRIVER =
            Path.of("src", "test", "peers", "coding-session.mjs").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final List<JsonNode> reports = new CopyOnWriteArrayList<>();
    /// What was no report, such as a stack trace; for the message of a failure.
    private final List<String> noise = new CopyOnWriteArrayList<>();

    private CodingSession(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    /// Creates the session and waits until its socket is connected.
    static CodingSession start(HappyCli.Setting setting) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "node",
                                "--no-warnings",
                                DRIVER.toString(),
                                setting.packageFolder().toString(),
                                setting.home().toString())
                        .directory(setting.home().toFile())
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(setting.environment());
        var session = new CodingSession(builder.start());
        try {
            session.awaitReport(report -> session.connects() == 1);
            session.awaitReport(report -> is(report, "session"));
        } catch (AssertionError e) {
            session.close();
            throw e;
        }
        return session;
    }

    String id() {
        return awaitReport(report -> is(report, "session")).path("id").asString();
    }

    /// The agent says something.
    void say(String text) {
        command(Map.of("do", "say", "text", text));
    }

    /// The session gets a title, which is part of its metadata.
    void title(String text) {
        command(Map.of("do", "title", "text", text));
    }

    /// The agent asks for leave to use a tool, which is part of its state.
    void ask(String id, String tool) {
        command(Map.of("do", "ask", "id", id, "tool", tool));
    }

    /// The session ends as planned.
    ///
    /// @return the exit code
    int end() {
        command(Map.of("do", "end"));
        await().atMost(PATIENCE).until(() -> !process.isAlive());
        return process.exitValue();
    }

    /// What the client gave its agent as a person's words, in order.
    List<String> heard() {
        return texts("heard", "text");
    }

    /// What the client received and did not take for a person's words, in order.
    List<JsonNode> others() {
        return reports.stream()
                .filter(report -> is(report, "other"))
                .map(report -> report.path("message"))
                .toList();
    }

    /// How often its socket has connected.
    int connects() {
        return Math.toIntExact(reports.stream().filter(report -> is(report, "connected")).count());
    }

    /// Whether the newest connection went on where the one before had ended.
    boolean recovered() {
        return reports.stream()
                .filter(report -> is(report, "connected"))
                .reduce((_, later) -> later)
                .map(report -> report.path("recovered").asBoolean())
                .orElse(false);
    }

    void awaitConnects(int count) {
        awaitReport(_ -> connects() >= count);
    }

    /// Waits until it has noticed the end of so many connections.
    void awaitDisconnects(int count) {
        awaitReport(_ -> texts("disconnected", "reason").size() >= count);
    }

    /// Holds the process: it neither reads, nor writes, nor notices that a connection ended.
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    @Override
    public void close() {
        // A held process takes no other signal than this one.
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void command(Map<String, String> command) {
        try {
            process.getOutputStream()
                    .write(
                            (JSON.writeValueAsString(command) + "\n")
                                    .getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(this + " takes no commands", e);
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        // The shell's own command: a small system has no program of that name.
        String line = "kill -" + name + " " + process.pid();
        int code = new ProcessBuilder("sh", "-c", line).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException(line + " ended with " + code);
        }
    }

    private List<String> texts(String event, String field) {
        return reports.stream()
                .filter(report -> is(report, event))
                .map(report -> report.path(field).asString())
                .toList();
    }

    private JsonNode awaitReport(Predicate<JsonNode> wanted) {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .failFast(() -> failIfEndedWithout(wanted))
                    .until(() -> reports.stream().anyMatch(wanted));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(this.toString(), e);
        }
        return reports.stream().filter(wanted).findFirst().orElseThrow();
    }

    private void failIfEndedWithout(Predicate<JsonNode> wanted) {
        if (!process.isAlive() && reports.stream().noneMatch(wanted)) {
            throw new AssertionError("the process ended early: " + this);
        }
    }

    private static boolean is(JsonNode report, String event) {
        return report.path("event").asString("").equals(event);
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take(line);
            }
        } catch (IOException e) {
            noise.add("[output ended: " + e.getMessage() + "]");
        }
    }

    private void take(String line) {
        try {
            reports.add(JSON.readTree(line));
        } catch (JacksonException _) {
            noise.add(line);
        }
    }

    @Override
    public String toString() {
        return "reports " + reports + ", other output " + noise;
    }
}
