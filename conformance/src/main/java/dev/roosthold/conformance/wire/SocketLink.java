package dev.roosthold.conformance.wire;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One websocket with one Socket.IO connection, as a client that can ask to continue an earlier one
/// has it. Thread-safe.
///
/// Not on the WebSocket of the JDK: that forgets the end of a connection that comes while its
/// listener is busy, and a link to a server that was killed during a call looked open for ever.
public final class SocketLink {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String PATH = "/v1/updates/?EIO=4&transport=websocket";

    /// What happens on a link; called one after the other.
    public interface Listener {
        /// An event without acknowledgement.
        void event(String name, JsonNode args);

        /// An event that wants an answer.
        JsonNode asked(String name, JsonNode args);

        /// An acknowledgement that nobody waits for: it was answered before.
        void answeredTwice(int id);

        /// The link is over; called once.
        void ended();
    }

    private final Listener listener;
    private final CompletableFuture<JsonNode> connected = new CompletableFuture<>();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final CompletableFuture<RawWebSocket> socket = new CompletableFuture<>();

    private SocketLink(Listener listener) {
        this.listener = listener;
    }

    /// Connects.
    ///
    /// @param auth the CONNECT payload
    /// @return the link with the answer to CONNECT; empty when the server cannot be reached or has
    ///     closed the connection again
    public static Optional<Connected> open(
            URI server, Map<String, String> auth, Listener listener) {
        SocketLink link = new SocketLink(listener);
        try {
            link.socket.complete(
                    RawWebSocket.open(
                            server, PATH, message -> link.message(message, auth), link::end));
            JsonNode answer = link.connected.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return Optional.of(new Connected(link, answer));
        } catch (WireException | ExecutionException | TimeoutException e) {
            link.cut();
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            link.cut();
            return Optional.empty();
        }
    }

    /// @param answer payload of the answer to CONNECT: `sid`, and `pid` when the server can
    ///     continue
    public record Connected(SocketLink link, JsonNode answer) {}

    /// Sends an event and returns its acknowledgement's first argument; fails with [IOException]
    /// when the link ends first.
    public CompletableFuture<JsonNode> ask(String event) {
        int id = nextId.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        write("42" + id + event);
        if (ends.get() > 0) {
            fail();
        }
        return answer;
    }

    /// Sends an event, a JSON array of name and arguments, that wants no answer.
    public void send(String event) {
        write("42" + event);
    }

    /// Whether neither side has ended it.
    public boolean isOpen() {
        return ends.get() == 0;
    }

    /// Events without answer so far.
    public int unanswered() {
        return waiting.size();
    }

    /// Ends the TCP connection without a word.
    public void cut() {
        RawWebSocket open = socket.getNow(null);
        if (open != null) {
            open.close();
        }
        end();
    }

    private void write(String packet) {
        RawWebSocket open = socket.getNow(null);
        if (open != null && ends.get() == 0) {
            open.sendText(packet);
        }
    }

    private void end() {
        if (ends.getAndIncrement() == 0) {
            connected.completeExceptionally(new IOException("ended"));
            fail();
            listener.ended();
        }
    }

    private void fail() {
        waiting.forEach(
                (id, answer) -> {
                    waiting.remove(id);
                    answer.completeExceptionally(new IOException("ended"));
                });
    }

    private void message(RawWebSocket.Message message, Map<String, String> auth) {
        String packet = message.text();
        switch (packet.charAt(0)) {
            case '0' -> {
                // It may be faster than who waits for the connection.
                socket.join();
                write("40" + JSON.writeValueAsString(auth));
            }
            case '2' -> write("3");
            case '4' -> packet(packet);
            default -> {
                // Ends are seen by the end of the connection.
            }
        }
    }

    private void packet(String packet) {
        if (ends.get() > 0) {
            // Cut: what was still on its way is what a client in trouble misses.
            return;
        }
        if (packet.startsWith("42")) {
            int start = packet.indexOf('[');
            JsonNode args = JSON.readTree(packet.substring(start));
            String name = args.path(0).asString();
            if (start > 2) {
                JsonNode answer = listener.asked(name, args);
                write("43" + packet.substring(2, start) + "[" + answer + "]");
            } else {
                listener.event(name, args);
            }
        } else if (packet.startsWith("43")) {
            int start = packet.indexOf('[');
            int id = Integer.parseInt(packet.substring(2, start));
            CompletableFuture<JsonNode> answer = waiting.remove(id);
            if (answer == null) {
                listener.answeredTwice(id);
            } else {
                answer.complete(JSON.readTree(packet.substring(start)).path(0));
            }
        } else if (packet.startsWith("40")) {
            connected.complete(JSON.readTree(packet.substring(2)));
        } else if (packet.startsWith("44")) {
            connected.completeExceptionally(new IOException("refused: " + packet));
        }
    }
}
