package dev.roosthold.conformance.crowd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `nats-server` as a process of its own on one port of this computer, which can be killed without
/// warning. Used by one thread.
public final class NatsChild implements KillTrouble.Restart, AutoCloseable {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(20);

    /// Where Debian puts it is not in everybody's path.
    private static final String MORE_PLACES = ":/usr/sbin:/usr/local/bin:/opt/homebrew/bin";

    private final Path program;
    private final int port;
    private Process process;

    private NatsChild(Path program, int port) throws IOException, InterruptedException {
        this.program = program;
        this.port = port;
        this.process = launch();
    }

    /// Where the program is on this computer; empty when it is not installed.
    public static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "") + MORE_PLACES;
        return Stream.of(path.split(":"))
                .filter(place -> !place.isEmpty())
                .map(place -> Path.of(place, "nats-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Starts it on a free port.
    ///
    /// @throws IOException when it is not installed or does not come up
    public static NatsChild start() throws IOException, InterruptedException {
        Path program = program().orElseThrow(() -> new IOException("nats-server is not installed"));
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = probe.getLocalPort();
            probe.close();
            return new NatsChild(program, port);
        }
    }

    /// As clients of it take it.
    public String address() {
        return "nats://127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        kill();
        process = launch();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nats-server outlived its kill");
        }
    }

    private Process launch() throws IOException, InterruptedException {
        Process launched =
                new ProcessBuilder(
                                program.toString(), "-a", "127.0.0.1", "-p", Integer.toString(port))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        long end = System.nanoTime() + START_NANOS;
        while (!accepts()) {
            if (!launched.isAlive() || System.nanoTime() > end) {
                launched.destroyForcibly();
                throw new IOException("nats-server did not start");
            }
            Thread.sleep(10);
        }
        return launched;
    }

    private boolean accepts() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
