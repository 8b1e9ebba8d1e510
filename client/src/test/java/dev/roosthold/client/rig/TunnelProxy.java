package dev.roosthold.client.rig;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// An HTTP proxy that knows nothing but `CONNECT`, and one target whatever name is asked for: so
/// what comes through has come through the proxy.
public final class TunnelProxy implements AutoCloseable {
    private final ServerSocket server;
    private final Thread accepting;
    private final int target;
    private final @Nullable String credentials;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /// @param credentials `user:password`; null for none
    public TunnelProxy(int target, @Nullable String credentials) {
        this.target = target;
        this.credentials = credentials;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        accepting = Thread.startVirtualThread(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /// What stood behind `CONNECT`, in order.
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.startVirtualThread(() -> serve(client));
            } catch (IOException _) {
                // Closed.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String[] words = head.split(" ", 3);
            if (!words[0].equals("CONNECT")) {
                say(client, "405 Method Not Allowed");
                return;
            }
            asked.add(words[1]);
            if (credentials != null && !head.contains(authorization(credentials))) {
                say(client, "407 Proxy Authentication Required");
                return;
            }
            try (Socket relay = new Socket(InetAddress.getLoopbackAddress(), target)) {
                say(client, "200 Connection Established");
                Thread back =
                        Thread.startVirtualThread(
                                () -> {
                                    try (relay;
                                            client) {
                                        relay.getInputStream().transferTo(client.getOutputStream());
                                    } catch (IOException _) {
                                        // The end of a connection.
                                    }
                                });
                client.getInputStream().transferTo(relay.getOutputStream());
                back.interrupt();
            }
        } catch (IOException _) {
            // The end of a connection.
        }
    }

    private static String authorization(String credentials) {
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void say(Socket client, String status) throws IOException {
        client.getOutputStream()
                .write(
                        ("HTTP/1.1 " + status + "\r\nVia: test\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    /// When this returns, the port refuses connections: the system keeps it open as long as
    /// somebody still accepts.
    @Override
    public void close() {
        try {
            server.close();
            accepting.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
