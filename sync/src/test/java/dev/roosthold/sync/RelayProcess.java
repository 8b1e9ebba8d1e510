package dev.roosthold.sync;

import dev.roosthold.relay.JazzServer;
import dev.roosthold.relay.jazz.JazzConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/// A relay in a process of its own, so that it can be killed.
final class RelayProcess implements AutoCloseable {
    private static final String PORT = "listens on ";

    private final Process process;
    private final int port;

    /// @param port 0 picks a free one
    RelayProcess(Path data, int port) {
        try {
            Files.createDirectories(data);
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "-Xmx128m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Main.class.getName(),
                                    data.toString(),
                                    Integer.toString(port))
                            .redirectError(data.resolveSibling("relay.err").toFile())
                            .start();
            BufferedReader out = process.inputReader();
            String line = out.readLine();
            while (line != null && !line.startsWith(PORT)) {
                line = out.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the relay does not start");
            }
            this.port = Integer.parseInt(line.substring(PORT.length()));
            Thread.ofVirtual().start(() -> out.lines().forEach(_ -> {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /// kill -9.
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /// The process.
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws Exception {
            var relay =
                    JazzServer.start(
                            "127.0.0.1",
                            Integer.parseInt(arguments[1]),
                            Path.of(arguments[0]),
                            JazzConfig.USUAL,
                            OptionalInt.empty());
            System.out.println(PORT + relay.port());
            // Until it is killed: the threads of the relay do not keep a process.
            new CountDownLatch(1).await();
        }
    }
}
