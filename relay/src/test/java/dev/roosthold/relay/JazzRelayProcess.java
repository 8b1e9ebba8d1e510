package dev.roosthold.relay;

import dev.roosthold.jazz.peers.RelayUnderTest;
import dev.roosthold.relay.jazz.JazzConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/// Our Jazz relay in a process of its own, so that it can be killed.
final class JazzRelayProcess implements RelayUnderTest {
    private final Path data;
    private Process process;
    private int port;

    JazzRelayProcess(Path data) {
        this.data = data;
        process = begin();
    }

    @Override
    public URI address() {
        return URI.create("ws://127.0.0.1:" + port);
    }

    /// The process, for reading what it has used.
    long pid() {
        return process.pid();
    }

    @Override
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void restart() {
        process = begin();
    }

    @Override
    public void killAndRestart() {
        kill();
        restart();
    }

    @Override
    public void close() {
        kill();
    }

    private Process begin() {
        try {
            Process begun =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Main.class.getName(),
                                    Integer.toString(port),
                                    data.toString())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            BufferedReader lines = begun.inputReader(StandardCharsets.UTF_8);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("port ")) {
                    port = Integer.parseInt(line.substring(5));
                    // Its log goes on to the same place; nobody needs it.
                    Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
                    return begun;
                }
            }
            throw new IllegalStateException("the relay did not start");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The process.
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            JazzServer server =
                    JazzServer.start(
                            "127.0.0.1",
                            Integer.parseInt(arguments[0]),
                            Path.of(arguments[1]),
                            JazzConfig.USUAL,
                            OptionalInt.empty());
            System.out.println("port " + server.port());
            // The relay's own threads do not keep a process alive; its end is being killed.
            new CountDownLatch(1).await();
        }
    }
}
