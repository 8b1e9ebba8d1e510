package dev.roosthold.conformance.cases;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A relay with nothing but what every happy-compatible server has: stands in front of one, does
/// not know its other routes, and hangs up on an upgrade to anything but a websocket, as a server
/// on Node.js with Socket.IO does.
final class PlainServer implements AutoCloseable {
    private static final List<String> UNKNOWN =
            List.of("/v1/web/", "/v1/devices", "/v1/changes", "/v1/machines/authenticate");
    private static final Set<String> UNKNOWN_OF_A_MACHINE =
            Set.of("keys", "enrolment", "assistants", "jobs");
    private static final int LONGEST_HEAD = 64 << 10;

    private final ServerSocket listening;
    private final URI behind;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private PlainServer(URI behind) throws IOException {
        this.behind = behind;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static PlainServer inFrontOf(URI relay) throws IOException {
        return new PlainServer(relay);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                client.setTcpNoDelay(true);
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    /// One request for each connection, so that each is looked at.
    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String path = head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
            String lower = head.toLowerCase(Locale.ROOT);
            boolean upgrade = lower.contains("\r\nupgrade:");
            if (upgrade && !lower.contains("\r\nupgrade: websocket")) {
                return;
            }
            if (isUnknown(path)) {
                answerUnknown(client, head.substring(0, head.indexOf(' ')), path);
                return;
            }
            try (Socket relay = new Socket(behind.getHost(), behind.getPort())) {
                open.add(relay);
                relay.setTcpNoDelay(true);
                String asked =
                        upgrade ? head : head.replaceFirst("\r\n", "\r\nConnection: close\r\n");
                relay.getOutputStream().write(asked.getBytes(StandardCharsets.ISO_8859_1));
                Thread.ofVirtual().start(() -> pass(client, relay));
                pass(relay, client);
                open.remove(relay);
            }
        } catch (IOException e) {
            // Whoever asked sees its connection end.
        } finally {
            open.remove(client);
        }
    }

    private static boolean isUnknown(String path) {
        String[] parts = path.split("[/?]");
        boolean ofMachine =
                parts.length > 4
                        && parts[2].equals("machines")
                        && UNKNOWN_OF_A_MACHINE.contains(parts[4]);
        return ofMachine || UNKNOWN.stream().anyMatch(path::startsWith);
    }

    /// Reads what follows the head, too: a connection that is closed on unread bytes is reset, and
    /// the answer may be lost.
    private static void answerUnknown(Socket client, String method, String path)
            throws IOException {
        String body =
                "{\"error\":\"Not found\",\"path\":\"%s\",\"method\":\"%s\"}"
                        .formatted(path, method);
        String answer =
                "HTTP/1.1 404 Not Found\r\nContent-Type: application/json; charset=utf-8\r\n"
                        + "Connection: close\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body;
        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        client.setSoTimeout(1000);
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /// The request line and the headers, with the empty line.
    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        int ends = 0;
        while (ends < 4) {
            int next = in.read();
            if (next < 0 || head.size() > LONGEST_HEAD) {
                throw new IOException("no whole request");
            }
            head.write(next);
            boolean expected = next == (ends % 2 == 0 ? '\r' : '\n');
            ends = expected ? ends + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // The other direction ends, too.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
