package dev.roosthold.sync.ipc;

import dev.roosthold.sync.config.SyncFiles;
import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.rpc.Methods;
import dev.roosthold.sync.rpc.RpcConnection;
import dev.roosthold.sync.rpc.RpcError;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/// Listens on a Unix socket that only its owner can use. Each connection has two virtual threads,
/// one that reads and executes and one that writes, so that nobody waits for another's slowness.
public final class IpcServer implements AutoCloseable {
    private static final int BACKLOG = 512;
    private static final long SWEEP_MS = 250;

    private final Path path;
    private final ServerSocketChannel server;
    private final Methods methods;
    private final IpcLimits limits;
    private final SyncLog log;
    private final String owner;
    private final Set<IpcConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private IpcServer(
            Path path,
            ServerSocketChannel server,
            String owner,
            Methods methods,
            IpcLimits limits,
            SyncLog log) {
        this.path = path;
        this.server = server;
        this.owner = owner;
        this.methods = methods;
        this.limits = limits;
        this.log = log;
    }

    /// Binds and begins to accept. Nothing may exist at the path.
    public static IpcServer start(Path path, Methods methods, IpcLimits limits, SyncLog log)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(path), BACKLOG);
            SyncFiles.mode(path);
            var server =
                    new IpcServer(
                            path, channel, Files.getOwner(path).getName(), methods, limits, log);
            Thread.ofPlatform().daemon().name("sync-accept").start(server::accept);
            Thread.ofVirtual().name("sync-sweep").start(server::sweep);
            return server;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void accept() {
        while (!closed) {
            try {
                SocketChannel channel = server.accept();
                if (!isAllowed(channel)) {
                    channel.close();
                } else if (connections.size() >= limits.connections()) {
                    refuse(channel);
                } else {
                    var connection = new IpcConnection(channel, methods, limits, log);
                    connections.add(connection);
                    connection.onEnd(() -> connections.remove(connection));
                    connection.start();
                }
            } catch (IOException e) {
                if (!closed) {
                    log.warn("ipc.accept", "a connection could not be accepted");
                    // Out of descriptors, most likely: some will be free again.
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
            }
        }
    }

    private boolean isAllowed(SocketChannel channel) throws IOException {
        if (!channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
            return true;
        }
        UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        boolean allowed = isAllowed(peer.user().getName(), owner);
        if (!allowed) {
            log.warn("ipc.peer", "another user tried to connect");
        }
        return allowed;
    }

    /// The owner and root may connect.
    static boolean isAllowed(String user, String owner) {
        return user.equals(owner) || user.equals("root") || user.equals("0");
    }

    private void refuse(SocketChannel channel) throws IOException {
        log.warn("ipc.full", "too many connections", "limit", limits.connections());
        try (channel) {
            channel.configureBlocking(false);
            String answer = RpcConnection.error(new RpcError.RateLimited(1000)) + "\n";
            channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void sweep() {
        while (!closed) {
            long now = System.nanoTime();
            connections.forEach(connection -> connection.closeIfTooSlow(now));
            LockSupport.parkNanos(Duration.ofMillis(SWEEP_MS).toNanos());
        }
    }

    /// Connections now.
    public int connections() {
        return connections.size();
    }

    /// Requests that are being executed.
    public int busy() {
        int busy = 0;
        for (IpcConnection connection : connections) {
            busy += connection.isBusy() ? 1 : 0;
        }
        return busy;
    }

    /// Stops accepting; what runs goes on.
    public void stopAccepting() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            log.debug("ipc.close", "the socket could not be closed");
        }
    }

    /// Lets running requests end for a while, then closes all connections and deletes the socket.
    public void close(Duration patience) {
        stopAccepting();
        long end = System.nanoTime() + patience.toNanos();
        while (busy() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        connections.forEach(IpcConnection::finish);
        while (!connections.isEmpty()
                && System.nanoTime() < end + Duration.ofMillis(500).toNanos()) {
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
        connections.forEach(IpcConnection::close);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            log.warn("ipc.close", "the socket file could not be deleted");
        }
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
