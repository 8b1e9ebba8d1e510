package dev.roosthold.conformance.replay;

import dev.roosthold.conformance.wire.AnsweringWebSockets;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.OkHttpClient;
import org.json.JSONObject;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One Socket.IO connection that notes every event it gets. It never reconnects by itself.
///
/// Thread-safe: events arrive on the client's thread, everything else on the thread of the replay.
final class Listener implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Socket socket;
    private final CompletableFuture<Optional<JsonNode>> refusal = new CompletableFuture<>();
    private final Object lock = new Object();
    private final List<ObservedEvent> events = new ArrayList<>();
    private long lastEventNanos = System.nanoTime();
    private volatile RpcAnswer rpcAnswer = new RpcAnswer.Silence();
    private volatile Optional<String> disconnected = Optional.empty();

    private Listener(Socket socket) {
        this.socket = socket;
    }

    /// Starts to connect. [#refusal] tells how it ended.
    static Listener connect(
            OkHttpClient http, URI server, Optional<JsonNode> auth, boolean pollingOnly) {
        IO.Options options = new IO.Options();
        options.path = "/v1/updates";
        options.forceNew = true;
        options.reconnection = false;
        options.callFactory = http;
        options.webSocketFactory = new AnsweringWebSockets(http);
        options.transports = new String[] {pollingOnly ? "polling" : "websocket"};
        options.auth = auth.map(Listener::authOption).orElse(null);
        Socket socket = IO.socket(server, options);
        Listener listener = new Listener(socket);
        listener.subscribe();
        socket.connect();
        return listener;
    }

    /// Waits for the answer to CONNECT.
    ///
    /// @return what CONNECT_ERROR carried; empty when the connection was accepted
    /// @throws ReplayException when neither answer comes
    Optional<JsonNode> refusal() {
        return await(refusal, PATIENCE)
                .orElseThrow(() -> new ReplayException("no answer to CONNECT within " + PATIENCE));
    }

    void emit(String event, ArrayNode args) {
        socket.emit(event, clientArgs(args));
    }

    /// The arguments of an acknowledgement.
    ///
    /// @param took how long after the event it came
    record Answer(ArrayNode args, Duration took) {}

    /// Sends an event whose acknowledgement completes the future.
    CompletableFuture<Answer> ask(String event, ArrayNode args) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        long start = System.nanoTime();
        Ack ack =
                answerArgs ->
                        answer.complete(
                                new Answer(
                                        argsNode(answerArgs, 0),
                                        Duration.ofNanos(System.nanoTime() - start)));
        socket.emit(event, clientArgs(args), ack);
        return answer;
    }

    /// How calls that reach this socket are answered from now on.
    void answerRequests(RpcAnswer answer) {
        rpcAnswer = answer;
    }

    /// Why the connection ended; empty while it has not.
    Optional<String> disconnected() {
        return disconnected;
    }

    int eventCount() {
        synchronized (lock) {
            return events.size();
        }
    }

    Duration quietFor() {
        synchronized (lock) {
            return Duration.ofNanos(System.nanoTime() - lastEventNanos);
        }
    }

    /// The events since the last call, in order of arrival.
    List<ObservedEvent> drain() {
        synchronized (lock) {
            List<ObservedEvent> drained = List.copyOf(events);
            events.clear();
            return drained;
        }
    }

    /// Leaves with a DISCONNECT packet and closes the transport.
    @Override
    public void close() {
        socket.disconnect();
    }

    private void subscribe() {
        socket.on(Socket.EVENT_CONNECT, _ -> refusal.complete(Optional.empty()));
        socket.on(
                Socket.EVENT_CONNECT_ERROR,
                args -> refusal.complete(Optional.of(connectError(args))));
        socket.on(
                Socket.EVENT_DISCONNECT,
                args -> disconnected = Optional.of(args.length > 0 ? String.valueOf(args[0]) : ""));
        socket.onAnyIncoming(this::note);
        socket.on("rpc-request", this::answer);
    }

    private void answer(Object... args) {
        if (args.length == 0 || !(args[args.length - 1] instanceof Ack ack)) {
            return;
        }
        switch (rpcAnswer) {
            case RpcAnswer.Silence() -> {}
            case RpcAnswer.Nothing() -> ack.call();
            case RpcAnswer.Value(JsonNode value, Duration after) ->
                    CompletableFuture.delayedExecutor(after.toMillis(), TimeUnit.MILLISECONDS)
                            .execute(() -> ack.call(Json.toClient(value)));
        }
    }

    private void note(Object... packet) {
        if (packet.length == 0) {
            return;
        }
        ObservedEvent event = new ObservedEvent(String.valueOf(packet[0]), argsNode(packet, 1));
        synchronized (lock) {
            events.add(event);
            lastEventNanos = System.nanoTime();
        }
    }

    private static JsonNode connectError(Object... args) {
        if (args.length > 0 && args[0] instanceof JSONObject refused) {
            return Json.fromClient(refused);
        }
        // A transport that failed: the client hands out an exception instead of a packet.
        ObjectNode failure = Json.NODES.objectNode();
        failure.put("transport", args.length > 0 ? String.valueOf(args[0]) : "failed");
        return failure;
    }

    private static ArrayNode argsNode(Object[] values, int from) {
        ArrayNode node = Json.NODES.arrayNode();
        for (int i = from; i < values.length; i++) {
            if (!(values[i] instanceof Ack)) {
                node.add(Json.fromClient(values[i]));
            }
        }
        return node;
    }

    private static Object[] clientArgs(ArrayNode args) {
        return args.valueStream().map(Json::toClient).toArray();
    }

    /// The client declares text values only, yet sends whatever JSON is in the map.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, String> authOption(JsonNode auth) {
        Map<String, Object> values = new HashMap<>();
        auth.properties().forEach(e -> values.put(e.getKey(), Json.toClient(e.getValue())));
        return (Map) values;
    }

    /// Waits for a future of the client.
    static <T> Optional<T> await(CompletableFuture<T> future, Duration patience) {
        try {
            return Optional.of(future.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted", e);
        } catch (ExecutionException e) {
            throw new ReplayException("the client failed", e);
        }
    }
}
