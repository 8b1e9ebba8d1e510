package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.conformance.peers.PhoneApp.Approval;
import dev.roosthold.crypto.PairingLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One run of a published command line, unchanged, as its own process with its own home folder and
/// nothing of our environment but the search path. Ends with [#close] at the latest.
final class HappyCli implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern LINK = Pattern.compile("happy://terminal\\?[A-Za-z0-9_-]{43}");
    private static final Pattern MENU = Pattern.compile("How would you like to authenticate");
    private static final Set<String> CREDENTIAL_KEYS_DATA_KEY = Set.of("encryption", "token");
    private static final Set<String> CREDENTIAL_KEYS_LEGACY = Set.of("secret", "token");
    private static final Path AGENTS = Path.of("src", "test", "peers", "agents");
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

        /// @param packages the folder that holds `node_modules`
        /// @param peer the package's name
        static Setting of(Path packages, String peer, Path home, URI server) {
            Path entry = packages.resolve("node_modules").resolve(peer).resolve("dist/index.mjs");
            assertThat(entry).exists();
            return new Setting(entry, home, server);
        }

        /// The package as it was installed.
        Path packageFolder() {
            return entry.getParent().getParent();
        }

        Path settingsFile() {
            return home.resolve("happy").resolve("settings.json");
        }

        Path credentialFile() {
            return home.resolve("happy").resolve("access.key");
        }

        /// Puts agents that repeat what they are told where the command lines look for real ones:
        /// `agy` for the newer, `claude` for the older, which brings none of its own.
        void installAgents() throws IOException {
            Files.copy(AGENTS.resolve("agy.sh"), agyFile());
            assertThat(agyFile().toFile().setExecutable(true)).isTrue();
            Path claude = npmFolder().resolve("lib/node_modules/@anthropic-ai/claude-code/cli.js");
            Files.createDirectories(claude.getParent());
            Files.copy(AGENTS.resolve("claude.cjs"), claude);
        }

        private Path agyFile() {
            return home.resolve("agy");
        }

        /// Where npm of this setting keeps global packages: never that of the person who runs the
        /// test.
        private Path npmFolder() {
            return home.resolve("npm");
        }

        /// All that a process of this setting knows of its surroundings.
        Map<String, String> environment() {
            return Map.of(
                    "PATH", System.getenv("PATH"),
                    "HOME", home.toString(),
                    "HAPPY_HOME_DIR", home.resolve("happy").toString(),
                    "HAPPY_SERVER_URL", server.toString(),
                    "HAPPY_DISABLE_CAFFEINATE", "1",
                    "HAPPY_AGY_PATH", agyFile().toString(),
                    "npm_config_prefix", npmFolder().toString(),
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

    /// Pairs as a person does: the command line shows a link in a terminal, the app approves it.
    ///
    /// @return the machine id that the command line chose
    static String pair(Setting setting, PhoneApp app, Approval approval)
            throws IOException, InterruptedException {
        try (HappyCli login = startInTerminal(setting, "auth", "login")) {
            login.awaitOutput(MENU);
            String link = login.pressUntilOutput("1", LINK).group();
            app.approve(PairingLink.parse(link).orElseThrow(), approval);
            login.awaitOutput(Pattern.compile("Authentication successful"));
            assertThat(login.awaitExit()).isZero();
        }
        JsonNode credential = JSON.readTree(setting.credentialFile());
        assertThat(credential.propertyNames())
                .containsExactlyInAnyOrderElementsOf(
                        approval == Approval.DATA_KEY
                                ? CREDENTIAL_KEYS_DATA_KEY
                                : CREDENTIAL_KEYS_LEGACY);
        return JSON.readTree(setting.settingsFile()).path("machineId").asString();
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
