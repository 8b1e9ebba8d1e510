package dev.roosthold.socketio.suite;

import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Broadcast;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// A server for a process of its own. Everyone enters the room `all`. `flood` sends numbered events
/// to the room, at the pace of the slowest client that said `follow`: each says `taken` now and
/// then. Prints its port, then a line for each socket that has gone and one when the flood is over.
final class FloodServer {

    /// Events between two `taken` of a follower: 2 MB, well under the outbound budget.
    static final int PACE = 512;

    private FloodServer() {}

    public static void main(String[] args) throws Exception {
        var credits = new ConcurrentHashMap<String, Semaphore>();
        var server =
                TestServer.start(
                        s ->
                                s.namespace("/")
                                        .guard(
                                                _ ->
                                                        CompletableFuture.completedFuture(
                                                                new Admission.Accept(
                                                                        "", Set.of("all"))))
                                        .on(
                                                "follow",
                                                (socket, _, ack) -> {
                                                    credits.put(socket.id(), new Semaphore(2));
                                                    ack.send();
                                                })
                                        .on(
                                                "taken",
                                                (socket, _, _) ->
                                                        credits.get(socket.id()).release())
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
                                                            () ->
                                                                    flood(
                                                                            room,
                                                                            credits.values(),
                                                                            count));
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

    private static void flood(Broadcast room, Collection<Semaphore> followers, int count) {
        var filler = "x".repeat(4_096);
        for (int i = 0; i < count; i++) {
            if (i % PACE == 0) {
                followers.forEach(Semaphore::acquireUninterruptibly);
            }
            room.emit("event", i, filler);
        }
        System.out.println("flooded " + count);
    }
}
