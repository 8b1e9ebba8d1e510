package dev.roosthold.conformance;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.NatsUrl;
import dev.roosthold.relay.store.PostgresUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A relay in a process of its own, with the limits that people get, which can be killed without
/// warning or asked to stop, and started again with its data and port, as another release too.
public final class RelayProcess implements AutoCloseable {
    private static final String CLOCK = "relay.clock";
    private static final int LONGEST_STOP_SECONDS = 20;

    private final Path data;
    private final List<String> cluster;
    private RelayRelease release = RelayRelease.these();
    private Process process;
    private int port;
    private volatile Duration clock = Duration.ZERO;

    private RelayProcess(Path data, List<String> cluster) throws IOException {
        this.data = data;
        this.cluster = cluster;
        this.process = launch();
    }

    public static RelayProcess start(Path data) throws IOException {
        return new RelayProcess(data, List.of());
    }

    /// Starts one of several.
    public static RelayProcess node(Path data, String database, String nats) throws IOException {
        return new RelayProcess(data, List.of(database, nats));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// SIGKILL, then a new start.
    ///
    /// @return milliseconds from the new process to its first readiness
    public long killAndRestart() throws IOException, InterruptedException {
        kill();
        long begin = System.nanoTime();
        process = launch();
        return (System.nanoTime() - begin) / 1_000_000;
    }

    /// SIGTERM, the end of the process by itself, then a start as that release.
    ///
    /// @return milliseconds from the signal to the end of the process
    public long stopAndStartAs(RelayRelease other) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        process.destroy();
        if (!process.waitFor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the relay did not end by itself");
        }
        long stopped = System.nanoTime();
        release = other;
        process = launch();
        return (stopped - begin) / 1_000_000;
    }

    /// Sets the clock of the relay, which runs on.
    ///
    /// @param offset from the real one; negative for the past. It stays so after a kill
    public void setClock(Duration offset) throws IOException {
        clock = offset;
        OutputStream in = process.getOutputStream();
        in.write((offset.toMillis() + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the relay outlived its kill");
        }
    }

    private Process launch() throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "-Xmx256m",
                                // Where another one has to serve while it starts.
                                cluster.isEmpty()
                                        ? "-XX:TieredStopAtLevel=4"
                                        : "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-D" + CLOCK + "=" + clock.toMillis(),
                                "-cp",
                                release.classPath(),
                                RelayProcess.class.getName(),
                                data.toString(),
                                Integer.toString(port)));
        command.addAll(cluster);
        Process launched =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var out =
                new BufferedReader(
                        new InputStreamReader(launched.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                port = Integer.parseInt(line.substring("port ".length()));
                // What it logs is read, so that it is never held up, and dropped.
                Thread.startVirtualThread(() -> out.lines().forEach(_ -> {}));
                return launched;
            }
        }
        throw new IOException("the relay did not start");
    }

    public static void main(String[] args) throws IOException {
        var offset = new AtomicLong(Long.getLong(CLOCK, 0));
        RelayConfig config =
                RelayConfig.defaults()
                        .withClock(() -> Instant.now().plusMillis(offset.get()))
                        .withDataDirectory(Path.of(args[0]))
                        .withRegistration(RegistrationPolicy.OPEN)
                        .withPort(Integer.parseInt(args[1]));
        if (args.length > 2) {
            config =
                    config.withDatabase(PostgresUrl.parse(args[2]))
                            .withCluster(new ClusterConfig(NatsUrl.parse(args[3])));
        }
        Relay relay = Relay.start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(relay::close));
        System.out.println("port " + relay.port());
        // Ends with the test, however that ends.
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            offset.set(Long.parseLong(line));
        }
        relay.close();
    }
}
