package dev.roosthold.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/// A real nats-server on this computer, of Debian's package of that name.
final class NatsServer implements AutoCloseable {
    private static final List<Path> PLACES =
            List.of(
                    Path.of("/usr/sbin/nats-server"),
                    Path.of("/usr/bin/nats-server"),
                    Path.of("/usr/local/bin/nats-server"),
                    Path.of("/opt/homebrew/bin/nats-server"));

    private final Path program;
    private final int port;
    private Process process;

    private NatsServer(Path program) throws IOException {
        this.program = program;
        this.port = freePort();
        process = run();
    }

    static boolean isInstalled() {
        return PLACES.stream().anyMatch(Files::isExecutable);
    }

    static NatsServer start() {
        try {
            return new NatsServer(
                    PLACES.stream().filter(Files::isExecutable).findFirst().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process run() throws IOException {
        Process started =
                new ProcessBuilder(
                                program.toString(), "-a", "127.0.0.1", "-p", String.valueOf(port))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(this::accepts);
        return started;
    }

    private boolean accepts() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String address() {
        return "nats://127.0.0.1:" + port;
    }

    /// Ends at once.
    void stops() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    void startsAgain() {
        try {
            process = run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stops();
    }
}
