package dev.roosthold.client.rig;

import dev.roosthold.client.RelayAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// The line between a client and the relay, which can be cut, be slow, or swallow everything.
public final class Line implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean dead;
    private volatile int bytesPerSecond = Integer.MAX_VALUE;

    public Line(int target) {
        this.target = target;
        try {
            server = new ServerSocket();
            // What is under way on a line is little.
            server.setReceiveBufferSize(16_384);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::accept);
    }

    public RelayAddress address() {
        return RelayAddress.parse("http://127.0.0.1:" + server.getLocalPort());
    }

    /// Ends all connections, in the middle of whatever they carry.
    public void cut() {
        sockets.forEach(Line::closeQuietly);
    }

    /// From the client to the relay; the other way is as fast as ever.
    public void slowUp(int bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /// Lets nothing through any more, and tells nobody.
    public void die() {
        dead = true;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                Thread.startVirtualThread(() -> open(client));
            } catch (IOException _) {
                // Closed.
            }
        }
    }

    private void open(Socket client) {
        try {
            Socket relay = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(relay);
            Thread.startVirtualThread(() -> pass(client, relay, true));
            pass(relay, client, false);
        } catch (IOException _) {
            closeQuietly(client);
        }
    }

    private void pass(Socket from, Socket to, boolean up) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16_384];
            for (int n; (n = in.read(buffer)) >= 0; ) {
                if (up) {
                    LockSupport.parkNanos(n * 1_000_000_000L / bytesPerSecond);
                }
                while (dead && !from.isClosed()) {
                    LockSupport.parkNanos(10_000_000);
                }
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException _) {
            // The end of a connection.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone, which was the aim.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
