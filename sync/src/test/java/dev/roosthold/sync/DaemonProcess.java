package dev.roosthold.sync;

import dev.roosthold.sync.config.SyncOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The daemon in a process of its own, so that it can be killed.
final class DaemonProcess implements AutoCloseable {
    final Path home;
    final Path socket;
    private final URI relay;
    private final List<String> more;
    private Process process;

    DaemonProcess(Path home, URI relay, String... more) {
        this.home = home;
        this.relay = relay;
        this.more = List.of(more);
        socket = home.resolve(".config/cmdai/sync.sock");
        process = begin(home.resolve("stderr"));
    }

    Path stderr() {
        return home.resolve("stderr");
    }

    private Process begin(Path stderr) {
        try {
            java.nio.file.Files.createDirectories(home);
            var command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Main.class.getName(),
                                    "--relay",
                                    relay.toString()));
            command.addAll(more);
            var builder = new ProcessBuilder(command);
            builder.environment().put("HOME", home.toString());
            builder.redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()));
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(stderr.toFile()));
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until it accepts.
    Client client() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                Client client = new Client(socket);
                client.call("daemon.ping");
                return client;
            } catch (RuntimeException e) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    throw new IllegalStateException("the daemon does not answer", e);
                }
                try {
                    Thread.sleep(10);
                } catch (InterruptedException second) {
                    throw new IllegalStateException(second);
                }
            }
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() {
        process = begin(stderr());
    }

    /// SIGTERM.
    void terminate() {
        process.destroy();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the daemon does not end");
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /// The process.
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            Map<String, String> given = new LinkedHashMap<>();
            for (int i = 0; i + 1 < arguments.length; i += 2) {
                given.put(arguments[i], arguments[i + 1]);
            }
            System.exit(SyncDaemon.run(new SyncOptions(given, false), System.getenv(), "1.2.3"));
        }
    }
}
