package dev.roosthold.socketio.suite;

import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Broadcast;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/// A server for a process of its own. Everyone enters the room `all`. `flood` of one client sends
/// numbered events to the room and goes on as long as that client says `taken`. Prints its port,
// then
/// a line for each socket that has gone and one when the flood is over.
final class FloodServer {

    /// Events between two `taken` of the pacing reader: 2 MB, well under the outbound budget.
    static final int PACE = 512;

    private FloodServer() {}

    public static void main(String[] args) throws Exception {
        var credit = new Semaphore(2);
        var server =
                TestServer.start(
                        s ->
                                s.namespace("/")
                                        .guard(
                                                _ ->
                                                        CompletableFuture.completedFuture(
                                                                new Admission.Accept(
                                                                        "", Set.of("all"))))
                                        .on("taken", (_, _, _) -> credit.release())
                                        .on(
                                                "echo",
                                                (_, arguments, ack) ->
                                                        ack.send(arguments.toArray()))
                                        .on(
                                                "flood",
                                                (socket, arguments, _) -> {
                                                    int count = arguments.getFirst().asInt();
                                                    var room = socket.namespace().to("all");
                                                    Thread.startVirtualThread(
                                                            () -> flood(room, credit, count));
                                                })
                                        .onDisconnect(
                                                (socket, reason) ->
                                                        System.out.println(
                                                                "gone "
                                                                        + socket.id()
                                                                        + " "
                                                                        + reason)));
        System.out.println("port " + server.port());
        // Ends with the process that started it.
        System.in.readAllBytes();
        server.close();
    }

    private static void flood(Broadcast room, Semaphore credit, int count) {
        var filler = "x".repeat(4_096);
        for (int i = 0; i < count; i++) {
            if (i % PACE == 0) {
                credit.acquireUninterruptibly();
            }
            room.emit("event", i, filler);
        }
        System.out.println("flooded " + count);
    }
}
