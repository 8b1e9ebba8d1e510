package dev.roosthold.relay;

import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A Jazz peer that hides nothing: it sends what it is told to and shows every message but pings.
final class JazzClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static int fences;

    private final WebSocket socket;
    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final AtomicInteger pings = new AtomicInteger();
    private volatile boolean reading = true;

    private JazzClient(HttpClient http, URI address) {
        socket =
                http.newWebSocketBuilder()
                        .connectTimeout(PATIENCE)
                        .buildAsync(address, new Reader())
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join();
    }

    static JazzClient connects(HttpClient http, URI address) {
        return new JazzClient(http, address);
    }

    /// The socket of a relay, opened with a credential.
    static JazzClient connects(RelayRig rig, String credential) {
        return connects(rig.http(), address(rig.relay().address(), credential));
    }

    static URI address(URI relay, String credential) {
        return URI.create(
                relay.toString().replaceFirst("http", "ws") + "/jazz?token=" + credential);
    }

    JazzClient send(String frame) {
        socket.sendText(frame, true).join();
        return this;
    }

    JazzClient sendBytes(byte[] bytes) {
        socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true).join();
        return this;
    }

    List<JsonNode> messages() {
        return List.copyOf(messages);
    }

    int pings() {
        return pings.get();
    }

    /// Waits for a message that has come or comes.
    JsonNode awaits(Predicate<JsonNode> wanted) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .failFast("the socket has ended", () -> end.isDone() && reading)
                .until(() -> messages.stream().anyMatch(wanted));
        return messages.stream().filter(wanted).findFirst().orElseThrow();
    }

    JsonNode awaitsKnown(String id, String session, int count) {
        return awaits(
                message ->
                        message.path("action").asString().equals("known")
                                && message.path("id").asString().equals(id)
                                && message.path("sessions").path(session).asInt() >= count);
    }

    /// Waits until everything that was sent before is answered.
    JazzClient settled() {
        String id = "fence" + nextFence();
        send("{\"action\":\"reconcile\",\"id\":\"" + id + "\",\"values\":[]}");
        JsonNode fence = awaits(message -> message.path("id").asString().equals(id));
        messages.remove(fence);
        return this;
    }

    private static synchronized int nextFence() {
        return ++fences;
    }

    void clear() {
        messages.clear();
    }

    void stopsReading() {
        reading = false;
    }

    boolean ended() {
        return end.isDone();
    }

    /// How the connection ended: `close <code>`, or `broken`.
    String end() {
        try {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("still connected", e);
        }
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Reader implements WebSocket.Listener {
        private StringBuilder frame = new StringBuilder();

        @Override
        public void onOpen(WebSocket opened) {
            opened.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket opened, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                for (String line : frame.toString().split("\n", -1)) {
                    JsonNode message = Codec.parse(line.getBytes(StandardCharsets.UTF_8));
                    if (message.path("type").asString("").equals("ping")) {
                        pings.incrementAndGet();
                    } else {
                        messages.add(message);
                    }
                }
                frame = new StringBuilder();
            }
            if (reading) {
                opened.request(1);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket opened, int code, String reason) {
            end.complete("close " + code);
            return null;
        }

        @Override
        public void onError(WebSocket opened, Throwable error) {
            end.complete("broken");
        }
    }
}
