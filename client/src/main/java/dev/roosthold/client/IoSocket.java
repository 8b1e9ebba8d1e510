package dev.roosthold.client;

import dev.roosthold.client.network.Network;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One connection attempt over the Socket.IO library, and the connection when it succeeds. The
/// library's own reconnection is off, its transport is WebSocket only, and its threads end with
/// this object.
final class IoSocket implements RelaySocket {

    private final Scheduler scheduler;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("roost-socket").factory());
    private final OkHttpClient http;
    private final Socket socket;
    private final Uplink uplink = new Uplink();
    private final CompletableFuture<Attempt> attempt = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final Set<CompletableFuture<JsonNode>> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean leaving;

    /// How an attempt came out.
    sealed interface Attempt {
        record Connected() implements Attempt {}

        /// The relay answered the handshake with a refusal.
        record Refused(String message) implements Attempt {}

        record Failed(String reason) implements Attempt {}
    }

    /// Receives each event with its first argument, in order, on a thread of the library; must not
    /// block. Hears nothing any more when the connection has ended.
    @FunctionalInterface
    interface Events {
        /// An event.
        ///
        /// @param answer sends the acknowledgement; empty when the relay wants none
        void event(String name, JsonNode argument, Optional<Consumer<JsonNode>> answer);
    }

    /// Starts connecting.
    IoSocket(
            RelayAddress relay,
            SocketAuth auth,
            String clientName,
            Network network,
            Duration patience,
            Scheduler scheduler,
            Events events) {
        this.scheduler = scheduler;
        OkHttpClient.Builder client = network.clientTo(relay.uri());
        http =
                client.socketFactory(Uplink.small(client.build().socketFactory()))
                        .dispatcher(new Dispatcher(threads))
                        .connectTimeout(patience)
                        .readTimeout(patience)
                        .build();
        IO.Options options = new IO.Options();
        options.forceNew = true;
        options.multiplex = false;
        options.reconnection = false;
        options.transports = new String[] {"websocket"};
        options.path = relay.socketPath();
        options.timeout = patience.toMillis();
        options.auth = auth.payload(clientName);
        options.webSocketFactory =
                (request, listener) ->
                        uplink.over(http.newWebSocket(request, new CloseAnswering(listener)));
        options.callFactory = http;
        socket = IO.socket(relay.host(), options);
        socket.on(Socket.EVENT_CONNECT, _ -> attempt.complete(new Attempt.Connected()));
        socket.on(Socket.EVENT_CONNECT_ERROR, args -> onConnectError(first(args)));
        socket.on(Socket.EVENT_DISCONNECT, args -> onDisconnect(String.valueOf(first(args))));
        socket.onAnyIncoming(args -> onEvent(args, events));
        // The library bounds only the time until the transport is open, not the handshake after it.
        Scheduler.Cancellation deadline =
                scheduler.after(patience, () -> fail("no answer in time"));
        var _ = attempt.whenComplete((_, _) -> deadline.cancel());
        socket.connect();
    }

    /// How far what was sent has come.
    Uplink uplink() {
        return uplink;
    }

    /// The outcome of the attempt; always completes within the patience given.
    CompletableFuture<Attempt> attempt() {
        return attempt;
    }

    private void onConnectError(@Nullable Object error) {
        // The relay's refusal is a JSON object; failures of the transport are exceptions, whose
        // texts say nothing useful ("websocket error").
        if (error instanceof JSONObject refusal) {
            attempt.complete(
                    new Attempt.Refused(Json.forPeople(refusal.optString("message", "refused"))));
            end("refused");
        } else {
            String reason = Failures.reason(error instanceof Throwable failure ? failure : null);
            fail(reason.equals(Failures.BROKE) ? "no connection" : reason);
        }
    }

    private void fail(String reason) {
        attempt.complete(new Attempt.Failed(reason));
        if (!(attempt.join() instanceof Attempt.Connected)) {
            end(reason);
        }
    }

    private void onDisconnect(String reason) {
        // A planned end is announced by the library before its packets are on the wire; cleaning up
        // now would cut them off.
        if (!leaving) {
            end(reason);
        }
    }

    private void onEvent(@Nullable Object[] args, Events events) {
        if (!ended.isDone() && args.length > 0 && args[0] instanceof String name) {
            Object last = args[args.length - 1];
            Optional<Consumer<JsonNode>> answer =
                    last instanceof Ack ack
                            ? Optional.of(value -> ack.call(OrgJson.out(value)))
                            : Optional.empty();
            Object first = args.length > 1 && !(args[1] instanceof Ack) ? args[1] : null;
            events.event(name, OrgJson.in(first), answer);
        }
    }

    private static @Nullable Object first(@Nullable Object[] args) {
        return args.length == 0 ? null : args[0];
    }

    @Override
    public void emit(String event, JsonNode argument) {
        if (!ended.isDone()) {
            socket.emit(event, OrgJson.out(argument));
        }
    }

    @Override
    public CompletableFuture<JsonNode> call(
            String event, @Nullable JsonNode argument, Duration patience) {
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        Scheduler.Cancellation deadline =
                scheduler.after(patience, () -> fail(answer, "no answer in time"));
        pending.add(answer);
        var _ =
                answer.whenComplete(
                        (_, _) -> {
                            deadline.cancel();
                            pending.remove(answer);
                        });
        // Checked after the answer was listed: the end either sees it in the list or is seen here.
        if (ended.isDone()) {
            fail(answer, ended.join());
            return answer;
        }
        Object[] args = argument == null ? new Object[0] : new Object[] {OrgJson.out(argument)};
        Ack ack = values -> answer.complete(OrgJson.in(first(values)));
        socket.emit(event, args, ack);
        return answer;
    }

    private static void fail(CompletableFuture<JsonNode> answer, String reason) {
        answer.completeExceptionally(new SocketGoneException(reason));
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void disconnect(Duration patience) throws InterruptedException {
        leaving = true;
        socket.disconnect();
        threads.shutdown();
        // The library's reader ends when the other side has answered the close of the WebSocket,
        // which comes behind the disconnect packet.
        if (!threads.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            abort("not closed in time");
        }
        end("planned end");
    }

    @Override
    public void abort(String reason) {
        end(reason);
    }

    /// Frees everything. The library may still be at work on its own thread, so it is told last.
    private void end(String reason) {
        attempt.complete(new Attempt.Failed(reason));
        if (ended.complete(reason)) {
            http.dispatcher().cancelAll();
            http.connectionPool().evictAll();
            threads.shutdown();
            socket.disconnect();
            pending.forEach(answer -> fail(answer, reason));
        }
    }

    @Override
    public String toString() {
        return "IoSocket" + Arrays.asList(socket.id() == null ? "-" : socket.id());
    }
}
