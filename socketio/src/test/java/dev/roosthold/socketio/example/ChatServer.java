package dev.roosthold.socketio.example;

// [readme]
import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.ConnectGuard;
import dev.roosthold.socketio.SocketIoConfig;
import dev.roosthold.socketio.SocketIoServer;
import dev.roosthold.socketio.StandaloneServer;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

public final class ChatServer {

    /// What the server knows of a client that it has admitted.
    record Member(String name) {}

    public static void main(String[] args) throws InterruptedException {
        try (var chat = start(3000)) {
            System.out.println("listening on port " + chat.port());
            Thread.currentThread().join();
        }
    }

    public static StandaloneServer start(int port) {
        var server = SocketIoServer.create(SocketIoConfig.defaults().withAllowedOrigin("*"));

        // Nobody is connected, in a room or hears a broadcast before the guard has said yes.
        ConnectGuard guard =
                handshake -> {
                    var name = handshake.auth().path("name").asString("");
                    return CompletableFuture.completedFuture(
                            name.isEmpty()
                                    ? new Admission.Refuse(
                                            "who are you?", Map.of("missing", "name"))
                                    : new Admission.Accept(new Member(name), Set.of("lobby")));
                };

        // Handlers run on virtual threads, one event of a socket after the other: they may block.
        server.namespace("/")
                .guard(guard)
                .onConnect(socket -> socket.emit("welcome", socket.data(Member.class).name()))
                .on(
                        "say",
                        (socket, arguments, ack) -> {
                            var text = arguments.isEmpty() ? "" : arguments.getFirst().asString("");
                            var from = socket.data(Member.class).name();
                            int heardBy =
                                    socket.namespace()
                                            .to("lobby")
                                            .except(socket)
                                            .emit("said", Map.of("from", from, "text", text));
                            ack.send(Map.of("heardBy", heardBy));
                        })
                .onDisconnect(
                        (socket, reason) ->
                                socket.namespace()
                                        .to("lobby")
                                        .emit("left", socket.data(Member.class).name()));

        return StandaloneServer.start(server, new InetSocketAddress("127.0.0.1", port), 2);
    }
}
// [readme]
