package dev.roosthold.relay;

import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A Socket.IO client that does what the published one does for connection state recovery, shows
/// every packet, and reads no faster than it is told to.
final class RawClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// The event `update` as it arrived.
    record Received(long seq, String offset, JsonNode update) {
        JsonNode body() {
            return update.path("body");
        }
    }

    private final Map<String, Object> auth;
    private final @Nullable String presentedPid;
    private final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final List<String> packets = new CopyOnWriteArrayList<>();
    private final List<Received> updates = new CopyOnWriteArrayList<>();
    private final CompletableFuture<WebSocket> websocket = new CompletableFuture<>();
    private volatile @Nullable String offset;
    private volatile boolean reading = true;
    private volatile boolean waiting;

    private RawClient(HttpClient http, URI relay, Map<String, Object> auth) {
        this.auth = auth;
        this.presentedPid = (String) auth.get("pid");
        this.offset = (String) auth.get("offset");
        URI address =
                URI.create(
                        relay.toString().replaceFirst("http", "ws")
                                + "/v1/updates/?EIO=4&transport=websocket");
        var _ = http.newWebSocketBuilder().buildAsync(address, new Reader()).join();
    }

    /// Connects; what it presents is in the map.
    static RawClient connects(RelayRig rig, Map<String, ?> auth) {
        return new RawClient(rig.http(), rig.relay().address(), new HashMap<>(auth));
    }

    /// The same client in a new connection, presenting what it has.
    RawClient comesBackTo(RelayRig rig) {
        return comesBackTo(rig, Map.of());
    }

    /// Like [#comesBackTo(RelayRig)], with some fields different.
    RawClient comesBackTo(RelayRig rig, Map<String, ?> different) {
        var next = new HashMap<>(auth);
        next.put("pid", pid());
        next.remove("offset");
        Optional.ofNullable(offset).ifPresent(text -> next.put("offset", text));
        next.putAll(different);
        return connects(rig, next);
    }

    RawClient connected() {
        answer();
        return this;
    }

    String sid() {
        return answer().path("sid").asString();
    }

    String pid() {
        return answer().path("pid").asString();
    }

    boolean recovered() {
        return pid().equals(presentedPid);
    }

    /// The number of the last update it said to have, 0 for none.
    long presentedOffset() {
        return Long.parseLong((String) auth.getOrDefault("offset", "0"));
    }

    Optional<String> offset() {
        return Optional.ofNullable(offset);
    }

    List<Received> updatesAndState() {
        return List.copyOf(updates);
    }

    /// The updates that have a number of their own; the state on connect has none.
    List<Received> updates() {
        return updates.stream().filter(update -> !update.offset().isEmpty()).toList();
    }

    List<Long> numbers() {
        return updates().stream().map(Received::seq).toList();
    }

    /// Every packet but pings, in order.
    List<String> packets() {
        return List.copyOf(packets);
    }

    void awaits(long seq) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .alias("update " + seq)
                .until(() -> !updates.isEmpty() && updates.getLast().seq() >= seq);
    }

    void send(String packet) {
        synchronized (packets) {
            websocket.join().sendText(packet, true).join();
        }
    }

    /// Waits until the relay has handled what was sent before, and its answers have come.
    RawClient settled() {
        long before = answers();
        send("420[\"ping\"]");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> answers() > before);
        return this;
    }

    private long answers() {
        return packets.stream().filter(packet -> packet.startsWith("430[")).count();
    }

    void stopsReading() {
        reading = false;
    }

    void readsOn() {
        reading = true;
        if (waiting) {
            waiting = false;
            websocket.join().request(1);
        }
    }

    /// How the connection ended: `close <code>`, or `broken`.
    String end() {
        try {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("still connected", e);
        }
    }

    boolean ended() {
        return end.isDone();
    }

    /// Breaks the connection without a word.
    RawClient cut() {
        websocket.join().abort();
        return this;
    }

    @Override
    public void close() {
        websocket.join().abort();
    }

    private JsonNode answer() {
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not connected", e);
        }
    }

    private void received(String packet) {
        if (packet.equals("2")) {
            Thread.startVirtualThread(() -> send("3"));
            return;
        }
        packets.add(packet);
        if (packet.startsWith("0")) {
            Thread.startVirtualThread(() -> send("40" + Codec.printText(auth)));
        } else if (packet.startsWith("40")) {
            answer.complete(json(packet.substring(2)));
        } else if (packet.startsWith("44")) {
            answer.completeExceptionally(new AssertionError(packet));
        } else if (packet.startsWith("42")) {
            JsonNode event = json(packet.substring(2));
            JsonNode last = event.get(event.size() - 1);
            if (last.isString()) {
                offset = last.stringValue();
            }
            if (event.get(0).stringValue().equals("update")) {
                JsonNode update = event.get(1);
                String text = event.size() > 2 ? last.stringValue() : "";
                updates.add(new Received(update.path("seq").asLong(), text, update));
            }
        }
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private final class Reader implements WebSocket.Listener {
        private StringBuilder message = new StringBuilder();

        @Override
        public void onOpen(WebSocket socket) {
            websocket.complete(socket);
            socket.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                String whole = message.toString();
                message = new StringBuilder();
                received(whole);
            }
            waiting = true;
            if (reading) {
                waiting = false;
                socket.request(1);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            end.complete("close " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            end.complete("broken");
        }
    }
}
