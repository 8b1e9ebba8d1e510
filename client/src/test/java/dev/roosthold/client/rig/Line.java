package dev.roosthold.client.rig;

import dev.roosthold.client.RelayAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The line between a client and the relay, which can be cut.
public final class Line implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    public Line(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
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
            Thread.startVirtualThread(() -> pass(client, relay));
            pass(relay, client);
        } catch (IOException _) {
            closeQuietly(client);
        }
    }

    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16_384];
            for (int n; (n = in.read(buffer)) >= 0; ) {
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
