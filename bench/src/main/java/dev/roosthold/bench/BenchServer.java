package dev.roosthold.bench;

import dev.roosthold.socketio.Ack;
import dev.roosthold.socketio.EventHandler;
import dev.roosthold.socketio.PromptHandler;
import dev.roosthold.socketio.Socket;
import dev.roosthold.socketio.SocketIoConfig;
import dev.roosthold.socketio.SocketIoServer;
import dev.roosthold.socketio.StandaloneServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Our server in a process of its own, with the same behaviour as `bench/npm/server.mjs`: `echo` is
/// acknowledged with its arguments, `join` enters a room, `cast` goes to a room. Prints its port;
/// `gc` on stdin is answered with the heap in use after a collection. Ends when stdin ends.
///
/// Arguments: number of event loops, and `prompt` or `virtual` for where handlers run: none of them
/// blocks, so they may run on the event loop, as the npm server's do.
final class BenchServer {

    private static final Map<String, EventHandler> HANDLERS =
            Map.of(
                    "echo", (_, arguments, ack) -> ack.send(arguments.getFirst()),
                    "join",
                            (socket, arguments, ack) -> {
                                socket.join(arguments.getFirst().asString());
                                ack.send();
                            },
                    "cast",
                            (socket, arguments, _) ->
                                    socket.namespace()
                                            .to(arguments.get(0).asString())
                                            .emit("cast", arguments.get(1)));

    private BenchServer() {}

    public static void main(String[] args) throws Exception {
        int loopCount = Integer.parseInt(args[0]);
        var settings =
                SocketIoConfig.defaults()
                        .withPingInterval(Duration.ofSeconds(25))
                        .withPingTimeout(Duration.ofSeconds(60));
        var server = SocketIoServer.create(settings);
        var namespace = server.namespace("/");
        HANDLERS.forEach(
                (event, handler) ->
                        namespace.on(event, args[1].equals("virtual") ? handler : prompt(handler)));
        var address = new InetSocketAddress("127.0.0.1", 0);
        try (var listening = StandaloneServer.start(server, address, loopCount)) {
            System.out.println("port " + listening.port());
            answerCommands();
        }
        System.exit(0);
    }

    private static PromptHandler prompt(EventHandler handler) {
        return new PromptHandler() {
            @Override
            public boolean handleNow(Socket socket, List<JsonNode> arguments, Ack ack)
                    throws Exception {
                handler.handle(socket, arguments, ack);
                return true;
            }

            @Override
            public void handle(Socket socket, List<JsonNode> arguments, Ack ack) throws Exception {
                handler.handle(socket, arguments, ack);
            }
        };
    }

    private static void answerCommands() throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("gc")) {
                for (int i = 0; i < 3; i++) {
                    System.gc();
                }
                System.out.println(
                        "heap "
                                + ManagementFactory.getMemoryMXBean()
                                        .getHeapMemoryUsage()
                                        .getUsed());
            }
        }
    }
}
