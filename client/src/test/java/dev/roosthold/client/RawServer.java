package dev.roosthold.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/// A port that is no relay: it sends the same bytes to everybody who connects, as soon as the first
/// bytes of a request have come, and closes.
final class RawServer implements AutoCloseable {
    private final ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();

    RawServer(String answer) {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> serve(answer));
    }

    /// A port that nobody listens on. One with a thread in `accept` is only closed when that thread
    /// has noticed, and takes connections until then.
    static RelayAddress refusing() {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            return RelayAddress.parse("http://127.0.0.1:" + server.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RawServer answering(int status, String body) {
        return new RawServer(
                "HTTP/1.1 "
                        + status
                        + " X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length
                        + "\r\nConnection: close\r\n\r\n"
                        + body);
    }

    RelayAddress address() {
        return RelayAddress.parse("http://127.0.0.1:" + server.getLocalPort());
    }

    int connections() {
        return connections.get();
    }

    private void serve(String answer) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept();
                    InputStream in = socket.getInputStream();
                    OutputStream out = socket.getOutputStream()) {
                connections.incrementAndGet();
                if (in.read(new byte[8_192]) >= 0) {
                    out.write(answer.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            } catch (IOException _) {
                // A peer that hung up; the next one is served all the same.
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
