package dev.roosthold.relay;

import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.NatsUrl;
import dev.roosthold.relay.store.PostgresUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// One of several relays, in a process of its own that can be killed.
final class NodeProcess implements AutoCloseable {
    private static final String LISTENS = "listens on ";

    private final Process process;
    private final URI address;

    private NodeProcess(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /// What runs in the process: database, NATS, data directory.
    public static void main(String[] args) throws Exception {
        Relay relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withPort(0)
                                .withDatabase(PostgresUrl.parse(args[0]))
                                .withCluster(new ClusterConfig(NatsUrl.parse(args[1])))
                                .withDataDirectory(Path.of(args[2])));
        Runtime.getRuntime().addShutdownHook(new Thread(relay::close));
        System.out.println(LISTENS + relay.address());
        new CountDownLatch(1).await();
    }

    static NodeProcess start(String database, String nats, Path directory) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                NodeProcess.class.getName(),
                                database,
                                nats,
                                directory.toString())
                        .redirectErrorStream(true)
                        .start();
        var output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(LISTENS)) {
                Thread.startVirtualThread(() -> output.lines().forEach(_ -> {}));
                return new NodeProcess(process, URI.create(line.substring(LISTENS.length())));
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("the process did not start: " + said);
    }

    URI address() {
        return address;
    }

    /// As `kill -9`.
    void isKilled() {
        process.destroyForcibly();
    }

    /// As `kill -STOP`: what is sent to it stays in its sockets.
    void isStopped() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /// As `kill -CONT`.
    void goesOn() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", name, String.valueOf(process.pid())).start().waitFor();
    }

    /// As `kill`.
    void isAskedToStop() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        isKilled();
    }
}
