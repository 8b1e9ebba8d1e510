package dev.roosthold.cli.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The `roost` command in processes of its own, as people run it, with everything logged that can
/// be logged.
final class RoostUp implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path home;
    private final Path log;
    private final Process process;
    private final int metricsPort;

    private RoostUp(Path home, Path log, String registration) throws IOException {
        this.home = home;
        this.log = log;
        metricsPort = freePort();
        process =
                launch(
                        log,
                        "up",
                        "--data",
                        data().toString(),
                        "--port",
                        "0",
                        "--registration",
                        registration,
                        "--metrics-port",
                        String.valueOf(metricsPort));
        await().atMost(PATIENCE)
                .failFast(() -> assertThat(process.isAlive()).as(logged()).isTrue())
                .until(() -> ADDRESS.matcher(logged()).find());
    }

    /// @param home directory of the relay and nothing else
    /// @param log file for all that it prints
    /// @param registration who may create an account
    static RoostUp start(Path home, Path log, String registration) throws IOException {
        Files.createDirectories(home);
        return new RoostUp(home, log, registration);
    }

    URI url() throws IOException {
        Matcher address = ADDRESS.matcher(Files.readString(log));
        assertThat(address.find()).isTrue();
        return URI.create(address.group());
    }

    String fetchMetrics() throws IOException, InterruptedException {
        URI metrics = URI.create("http://127.0.0.1:" + metricsPort + "/metrics");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(metrics).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    Path data() {
        return home.resolve("data");
    }

    /// A new invite, made beside the running relay.
    String invite(Path output) throws IOException, InterruptedException {
        Process command =
                launch(output, "invite", "create", "--uses", "5", "--data", data().toString());
        assertThat(command.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        Matcher code =
                Pattern.compile("(?m)^[A-Za-z0-9_-]{16,}$").matcher(Files.readString(output));
        assertThat(code.find()).as(Files.readString(output)).isTrue();
        return code.group();
    }

    /// Writes the objects of the relay that are in use.
    void dumpHeap(Path file) throws IOException, InterruptedException {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                String.valueOf(process.pid()),
                                "GC.heap_dump",
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(jcmd.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(jcmd.exitValue()).isZero();
        assertThat(file).isNotEmptyFile();
    }

    /// SIGTERM, and waits for the end.
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    String logged() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private Process launch(Path output, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Duser.home=" + home,
                                "-cp",
                                classPath(),
                                "dev.roosthold.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ROOST_"));
        builder.environment().put("ROOST_LOG", "TRACE");
        builder.environment().put("ROOST_LOG_LEVEL", "trace");
        return builder.start();
    }

    /// Without this module, whose settings for the log of tests would take precedence.
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !new File(entry, "logback-test.xml").exists())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
