package dev.roosthold.conformance.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;

/// One run of a published command line, unchanged, as its own process with its own home folder and
/// nothing of our environment but the search path. Ends with [#close] at the latest.
final class HappyCli implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    /// Written by the reading thread; every use holds its lock.
    private final StringBuilder output = new StringBuilder();

    private volatile boolean outputEnded;

    private HappyCli(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::readOutput);
    }

    /// Where one installed command line runs.
    ///
    /// @param entry its `dist/index.mjs`
    /// @param home a folder that belongs to this machine of the test alone
    record Setting(Path entry, Path home, URI server) {

        Path settingsFile() {
            return home.resolve("happy").resolve("settings.json");
        }

        Path credentialFile() {
            return home.resolve("happy").resolve("access.key");
        }

        private Map<String, String> environment() {
            return Map.of(
                    "PATH", System.getenv("PATH"),
                    "HOME", home.toString(),
                    "HAPPY_HOME_DIR", home.resolve("happy").toString(),
                    "HAPPY_SERVER_URL", server.toString(),
                    "HAPPY_DISABLE_CAFFEINATE", "1",
                    "TERM", "xterm");
        }

        private List<String> command(String... arguments) {
            List<String> command = new ArrayList<>();
            // What the package's own launcher adds before it starts the same file.
            command.addAll(List.of("node", "--no-warnings", "--no-deprecation", entry.toString()));
            command.addAll(List.of(arguments));
            return command;
        }
    }

    /// Runs in the background, as a service would.
    static HappyCli start(Setting setting, String... arguments) {
        return launch(setting, setting.command(arguments));
    }

    /// Runs with a terminal, as a person would.
    static HappyCli startInTerminal(Setting setting, String... arguments) {
        // Without a size the terminal is no column wide and every letter stands on its own line.
        String line = "stty cols 120 rows 50; exec " + String.join(" ", setting.command(arguments));
        return launch(setting, List.of("script", "-q", "-e", "-f", "-c", line, "/dev/null"));
    }

    private static HappyCli launch(Setting setting, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(setting.home().toFile())
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(setting.environment());
        try {
            return new HappyCli(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until the pattern stands in the output.
    MatchResult awaitOutput(Pattern pattern) {
        return awaitOutput(pattern, () -> {});
    }

    /// Presses a key again and again until the pattern stands in the output: a terminal program
    /// shows its menu a moment before it listens, and drops what was typed before.
    MatchResult pressUntilOutput(String key, Pattern pattern) {
        return awaitOutput(pattern, () -> type(key));
    }

    private MatchResult awaitOutput(Pattern pattern, Runnable eachTime) {
        try {
            return await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(300))
                    .failFast(() -> failIfEndedWithout(pattern))
                    .until(
                            () -> {
                                eachTime.run();
                                return find(pattern);
                            },
                            Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no " + pattern + " in the output:\n" + output(), e);
        }
    }

    private void type(String keys) {
        try {
            process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits for the end.
    ///
    /// @return the exit code
    int awaitExit() {
        await().atMost(PATIENCE).until(() -> !process.isAlive());
        return process.exitValue();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /// The polite end: SIGTERM.
    void terminate() {
        process.destroy();
    }

    /// The rude end: SIGKILL.
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<MatchResult> find(Pattern pattern) {
        return pattern.matcher(output()).results().findFirst();
    }

    private void failIfEndedWithout(Pattern pattern) {
        if (!process.isAlive() && outputEnded && find(pattern).isEmpty()) {
            throw new AssertionError(
                    "the command ended without " + pattern + ", its output:\n" + output());
        }
    }

    private String output() {
        synchronized (output) {
            return output.toString();
        }
    }

    private void append(String text) {
        synchronized (output) {
            output.append(text);
        }
    }

    private void readOutput() {
        try (InputStream in = process.getInputStream()) {
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            append("[output ended: " + e.getMessage() + "]");
        } finally {
            outputEnded = true;
        }
    }
}
