package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.client.Socket;
import io.socket.engineio.client.transports.Polling;
import io.socket.engineio.client.transports.WebSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.json.JSONException;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A Socket.IO client that remembers everything it received.
final class Client implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// One event as it arrived.
    record Event(String name, JsonNode body) {
        String kind() {
            return switch (name) {
                case "update" -> body.path("body").path("t").asString();
                case "ephemeral" -> body.path("type").asString();
                default -> name;
            };
        }
    }

    private final Socket socket;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> outcome = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    Client(URI relay, Map<String, ?> auth, boolean polling) {
        var options = new IO.Options();
        options.path = "/v1/updates";
        options.forceNew = true;
        options.reconnection = false;
        options.transports = new String[] {polling ? Polling.NAME : WebSocket.NAME};
        var texts = new HashMap<String, String>();
        auth.forEach((name, value) -> texts.put(name, String.valueOf(value)));
        options.auth = texts;
        options.webSocketFactory = new ClosingWebSockets();
        socket = IO.socket(relay, options);
        for (String name : List.of("update", "ephemeral", "machine-row", "machine-gone")) {
            socket.on(name, args -> events.add(new Event(name, json(args[0]))));
        }
        socket.on(Socket.EVENT_CONNECT, _ -> outcome.complete("connected"));
        socket.on(
                Socket.EVENT_CONNECT_ERROR,
                args ->
                        outcome.complete(
                                args[0] instanceof JSONObject error
                                        ? error.optString("message")
                                        : String.valueOf(args[0])));
        socket.on(Socket.EVENT_DISCONNECT, args -> end.complete(String.valueOf(args[0])));
        socket.connect();
    }

    /// `connected`, or the message of the refusal.
    String outcome() {
        try {
            return outcome.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("neither connected nor refused", e);
        }
    }

    Client connected() {
        assertThat(outcome()).isEqualTo("connected");
        return this;
    }

    /// Why the socket ended.
    String end() {
        try {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("still connected", e);
        }
    }

    String id() {
        return socket.id();
    }

    boolean isConnected() {
        return socket.connected();
    }

    void send(String event, Object... args) {
        socket.emit(event, arguments(args));
    }

    /// Sends an event and returns its acknowledgement.
    JsonNode ask(String event, Object... args) {
        var answer = new CompletableFuture<JsonNode>();
        socket.emit(
                event,
                arguments(args),
                (Ack) values -> answer.complete(json(values.length == 0 ? null : values[0])));
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(event + " was not acknowledged", e);
        }
    }

    /// Like [#ask], without waiting.
    CompletableFuture<JsonNode> asks(String event, Object... args) {
        var answer = new CompletableFuture<JsonNode>();
        socket.emit(
                event,
                arguments(args),
                (Ack) values -> answer.complete(json(values.length == 0 ? null : values[0])));
        return answer;
    }

    /// Remembers events of these names too.
    Client hears(String... names) {
        for (String name : names) {
            socket.on(name, args -> events.add(new Event(name, json(args[0]))));
        }
        return this;
    }

    /// Handles events that want an acknowledgement; they are remembered too.
    /// The latest handler of a name counts.
    Client answers(String name, BiConsumer<JsonNode, Ack> handler) {
        socket.off(name);
        socket.on(
                name,
                args -> {
                    JsonNode body = json(args[0]);
                    events.add(new Event(name, body));
                    handler.accept(body, (Ack) args[args.length - 1]);
                });
        return this;
    }

    /// Waits until everything this socket sent before was handled.
    Client settled() {
        ask("ping");
        return this;
    }

    List<Event> events() {
        return List.copyOf(events);
    }

    List<Event> events(String kind) {
        return events.stream().filter(event -> event.kind().equals(kind)).toList();
    }

    void forget() {
        events.clear();
    }

    void forgetAll(String kind) {
        events.removeIf(event -> event.kind().equals(kind));
    }

    /// Waits for an event of that kind.
    JsonNode receives(String kind) {
        return receives(kind, _ -> true);
    }

    JsonNode receives(String kind, Predicate<JsonNode> condition) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .alias("an event " + kind)
                .until(() -> events(kind).stream().anyMatch(event -> condition.test(event.body())));
        return events(kind).stream().map(Event::body).filter(condition).findFirst().orElseThrow();
    }

    /// Ends the way a client does that means to stay away.
    void leaves() {
        socket.disconnect();
    }

    /// Ends the transport without a word.
    void breaks() {
        socket.io().reconnection(false);
        closeEngine();
    }

    @Override
    public void close() {
        socket.off();
        socket.disconnect();
        socket.io().off();
    }

    private void closeEngine() {
        // The client offers no public way to end the transport without a DISCONNECT packet.
        try {
            var field = Manager.class.getDeclaredField("engine");
            field.setAccessible(true);
            var engine = (io.socket.engineio.client.Socket) field.get(socket.io());
            engine.close();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the client has changed inside", e);
        }
    }

    private static Object[] arguments(Object... args) {
        var converted = new ArrayList<Object>();
        for (Object arg : args) {
            converted.add(arg instanceof Map<?, ?> map ? object(map) : arg);
        }
        return converted.toArray();
    }

    private static JSONObject object(Map<?, ?> map) {
        try {
            return new JSONObject(Codec.printText(map));
        } catch (JSONException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(@Nullable Object value) {
        String text =
                switch (value) {
                    case null -> "null";
                    case String string -> Codec.printText(string);
                    default -> value.toString();
                };
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
