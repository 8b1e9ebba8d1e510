package dev.roosthold.bench;

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

/// Our server in a process of its own, with the same behaviour as `bench/npm/server.mjs`: `echo` is
/// acknowledged with its arguments, `join` enters a room, `cast` goes to a room. Prints its port;
/// `gc` on stdin is answered with the heap in use after a collection. Ends when stdin ends.
///
/// Arguments: number of event loops, and `inline` or `virtual` for where handlers run.
final class BenchServer {

    private BenchServer() {}

    public static void main(String[] args) throws Exception {
        int loopCount = Integer.parseInt(args[0]);
        var settings =
                SocketIoConfig.defaults()
                        .withPingInterval(Duration.ofSeconds(25))
                        .withPingTimeout(Duration.ofSeconds(60));
        var server =
                SocketIoServer.create(
                        args[1].equals("inline")
                                ? settings.withHandlerExecutor(Runnable::run)
                                : settings);
        server.namespace("/")
                .on("echo", (_, arguments, ack) -> ack.send(arguments.getFirst()))
                .on(
                        "join",
                        (socket, arguments, ack) -> {
                            socket.join(arguments.getFirst().asString());
                            ack.send();
                        })
                .on(
                        "cast",
                        (socket, arguments, _) ->
                                socket.namespace()
                                        .to(arguments.get(0).asString())
                                        .emit("cast", arguments.get(1)));
        var address = new InetSocketAddress("127.0.0.1", 0);
        try (var listening = StandaloneServer.start(server, address, loopCount)) {
            System.out.println("port " + listening.port());
            answerCommands();
        }
        System.exit(0);
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
