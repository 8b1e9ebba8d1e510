package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `roost` command as a process of its own, so that a test can kill it.
final class RoostProcess implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("https?://127\\.0\\.0\\.1:(\\d+)");

    private static final Pattern JAZZ_ADDRESS = Pattern.compile("ws://127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread collector;

    private RoostProcess(Process process) {
        this.process = process;
        collector = Thread.ofVirtual().start(this::collect);
    }

    /// Starts `roost` with a home directory of its own and no settings from outside.
    static RoostProcess start(Path home, String... arguments) {
        return start(home, Map.of(), arguments);
    }

    /// The same with variables of the environment.
    static RoostProcess start(Path home, Map<String, String> variables, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseCompactObjectHeaders",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Duser.home=" + home,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("ROOST_"));
        environment.put("HOME", home.toString());
        environment.putAll(variables);
        try {
            return new RoostProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Gives it a line on its standard input.
    void type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /// Starts a relay on a free port and waits until it says where it is.
    static RoostProcess relay(Path home, String... more) {
        List<String> arguments = new ArrayList<>(List.of("up", "--data", home.toString()));
        if (!List.of(more).contains("--port")) {
            arguments.addAll(List.of("--port", "0"));
        }
        if (!List.of(more).contains("--metrics-port")) {
            arguments.addAll(List.of("--metrics-port", "off"));
        }
        arguments.addAll(List.of(more));
        RoostProcess relay = start(home, arguments.toArray(String[]::new));
        relay.awaitLine("://127.0.0.1:");
        return relay;
    }

    int port() {
        for (String line : lines) {
            Matcher matcher = ADDRESS.matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IllegalStateException("no address in " + lines);
    }

    String address() {
        return "http://127.0.0.1:" + port();
    }

    /// Where `roost jazz-relay` listens.
    int jazzPort() {
        for (String line : lines) {
            Matcher matcher = JAZZ_ADDRESS.matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IllegalStateException("no address in " + lines);
    }

    List<String> lines() {
        return lines;
    }

    /// Everything a process that has ended printed.
    List<String> allLines() throws InterruptedException {
        collector.join();
        return lines;
    }

    void awaitLine(String part) {
        await().atMost(Duration.ofSeconds(30))
                .failFast(() -> assertThat(ended()).as("ended early: %s", lines).isFalse())
                .until(() -> lines.stream().anyMatch(line -> line.contains(part)));
    }

    /// kill -9: no shutdown hook runs.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /// SIGTERM, without waiting for the end. Through the handle, as the process itself would stop
    /// listening to the output.
    void signalTermination() {
        process.toHandle().destroy();
    }

    /// SIGTERM; returns the exit status.
    int terminate() throws InterruptedException {
        signalTermination();
        return exitStatus();
    }

    int exitStatus() throws InterruptedException {
        return exitStatus(Duration.ofSeconds(30));
    }

    /// @param patience for a command that works that long
    int exitStatus(Duration patience) throws InterruptedException {
        assertThat(process.waitFor(patience)).as("still running: %s", lines).isTrue();
        assertThat(collector.join(Duration.ofSeconds(10))).isTrue();
        return process.exitValue();
    }

    private boolean ended() {
        return !process.isAlive()
                && lines.stream()
                        .noneMatch(line -> line.contains("http://") || line.contains("ws://"));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void collect() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("reading the output ended: " + e.getMessage());
        }
    }
}
