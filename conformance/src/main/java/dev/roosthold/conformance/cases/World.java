package dev.roosthold.conformance.cases;

import dev.roosthold.conformance.wire.RawSocketIo;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/// What cases share. Thread-safe.
///
/// @param second another node of the same relay
record World(HttpClient http, URI server, Optional<URI> second, long seed, Duration load) {

    Person person() {
        return Person.signUp(http, server);
    }

    /// Does all of it at the same moment.
    static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var start = new CountDownLatch(1);
            List<Future<T>> running = new ArrayList<>();
            for (Callable<T> task : tasks) {
                running.add(
                        executor.submit(
                                () -> {
                                    start.await();
                                    return task.call();
                                }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get());
            }
            return results;
        }
    }

    /// The arguments of all events of a name that a socket has received.
    static List<JsonNode> events(RawSocketIo socket, String name) {
        String prefix = "42[\"" + name + "\",";
        return socket.packets().stream()
                .filter(packet -> packet.startsWith(prefix))
                .map(packet -> Person.JSON.readTree(packet.substring(2)).path(1))
                .toList();
    }

    /// The bodies of all updates of a kind that a socket has received.
    static List<JsonNode> updates(RawSocketIo socket, String kind) {
        return events(socket, "update").stream()
                .map(update -> update.path("body"))
                .filter(body -> body.path("t").asString("").equals(kind))
                .toList();
    }
}
