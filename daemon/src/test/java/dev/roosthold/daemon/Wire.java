package dev.roosthold.daemon;

import dev.roosthold.client.RelayAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// The line between a client and the relay: passes bytes on and keeps them, and can go silent
/// without closing anything. What clients send in WebSocket frames is kept unmasked.
final class Wire implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final List<ByteArrayOutputStream> recordings = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger generation = new AtomicInteger();
    private volatile boolean silent;

    Wire(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::accept);
    }

    RelayAddress address() {
        return RelayAddress.parse("http://127.0.0.1:" + server.getLocalPort());
    }

    /// From now on no byte passes on the present connections, and new ones are not answered.
    void goSilent() {
        silent = true;
    }

    /// New connections pass again; the old ones stay silent.
    void speakAgain() {
        silent = false;
    }

    /// The present connections are silent for ever, new ones pass.
    void killPresent() {
        generation.incrementAndGet();
    }

    /// The present connections end; new ones pass.
    void cut() {
        List<Socket> present = List.copyOf(sockets);
        present.forEach(Wire::closeQuietly);
        sockets.removeAll(present);
    }

    /// No new ones pass any more.
    void stop() {
        try {
            close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many were made so far.
    int connections() {
        return recordings.size() / 2;
    }

    /// Everything that passed, client to relay unmasked, one text per connection and direction.
    String recording() {
        StringBuilder all = new StringBuilder();
        for (ByteArrayOutputStream recording : recordings) {
            byte[] bytes;
            synchronized (recording) {
                bytes = recording.toByteArray();
            }
            all.append(new String(Frames.unmasked(bytes), StandardCharsets.ISO_8859_1));
        }
        return all.toString();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                Socket relay = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(relay);
                Thread.startVirtualThread(() -> pass(client, relay));
                Thread.startVirtualThread(() -> pass(relay, client));
            } catch (IOException _) {
                // Closed, or the relay is away: the client sees its connection end.
                sockets.forEach(Wire::closeQuietly);
            }
        }
    }

    private void pass(Socket from, Socket to) {
        ByteArrayOutputStream recording = new ByteArrayOutputStream();
        recordings.add(recording);
        int born = generation.get();
        boolean mute = false;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16_384];
            for (int n; (n = in.read(buffer)) >= 0; ) {
                mute |= silent || born != generation.get();
                if (!mute) {
                    synchronized (recording) {
                        recording.write(buffer, 0, n);
                    }
                    out.write(buffer, 0, n);
                    out.flush();
                }
            }
        } catch (IOException _) {
            // The end of a connection.
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
    public void close() throws IOException {
        server.close();
        sockets.forEach(Wire::closeQuietly);
    }
}
