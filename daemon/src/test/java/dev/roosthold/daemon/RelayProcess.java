package dev.roosthold.daemon;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A relay in a process of its own, which can be killed without warning and started again with its
/// data and port.
final class RelayProcess implements AutoCloseable {
    private final Path data;
    private Process process;
    private int port;

    RelayProcess(Path data) throws IOException {
        this.data = data;
        start();
    }

    void start() throws IOException {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                RelayProcess.class.getName(),
                                data.toString(),
                                Integer.toString(port))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                port = Integer.parseInt(line.substring("port ".length()));
                return;
            }
        }
        throw new IOException("the relay did not start");
    }

    RelayAddress address() {
        return RelayAddress.parse("http://127.0.0.1:" + port);
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    public static void main(String[] args) throws IOException {
        Relay relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withDataDirectory(Path.of(args[0]))
                                .withPort(Integer.parseInt(args[1])));
        System.out.println("port " + relay.port());
        // Ends with the test, however that ends.
        while (System.in.read() >= 0) {
            // Nothing is ever sent.
        }
    }
}
