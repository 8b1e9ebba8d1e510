package dev.roosthold.conformance.crowd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// `nats-server` as a process of its own on one port of this computer, which can be killed without
/// warning. Used by one thread.
public final class NatsChild implements KillTrouble.Restart, AutoCloseable {
    /// Where Debian puts it is not in everybody's path.
    private static final String MORE_PLACES = ":/usr/sbin:/usr/local/bin:/opt/homebrew/bin";

    private final ChildServer server;
    private final int port;

    private NatsChild(ChildServer server, int port) {
        this.server = server;
        this.port = port;
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
        int port = ChildServer.freePort();
        List<String> command =
                List.of(program.toString(), "-a", "127.0.0.1", "-p", Integer.toString(port));
        return new NatsChild(ChildServer.start("nats-server", command, "Server is ready"), port);
    }

    /// As clients of it take it.
    public String address() {
        return "nats://127.0.0.1:" + port;
    }

    public long pid() {
        return server.pid();
    }

    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        server.killAndRestart();
    }

    @Override
    public void close() {
        server.close();
    }
}
