package dev.roosthold.conformance.replay;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/// What was done by hand in the recordings, by recording and number of the exchange.
final class Steps {
    private final Listeners listeners;
    private final HttpCalls http;
    private final Map<String, Runnable> byExchange =
            Map.of(
                    "06 #18",
                    this::heartbeatIsStored,
                    "06 #33",
                    () -> listeners().close("A.machine2"),
                    "06 #35",
                    () -> listeners().openMachine("A.machine2", "machine-2"),
                    "06 #36",
                    this::firstOfTwoSocketsLeaves);

    Steps(Listeners listeners, HttpCalls http) {
        this.listeners = listeners;
        this.http = http;
    }

    void run(Recording recording, Exchange.Step step) {
        String name = recording.id() + " #" + step.number();
        Runnable action = byExchange.get(name);
        if (action == null) {
            throw new ReplayException("no action is known for step " + name + " " + step.label());
        }
        action.run();
    }

    /// The recorded server writes heartbeats every 5 s; a server may be faster.
    private void heartbeatIsStored() {
        Exchange.Http get =
                new Exchange.Http(
                        0,
                        "machine-1",
                        "GET",
                        "/v1/machines/<machine-1>",
                        Optional.of("<token-A>"),
                        Optional.empty(),
                        Optional.empty(),
                        Json.NODES.nullNode(),
                        Json.NODES.arrayNode());
        long deadline = System.nanoTime() + Duration.ofSeconds(7).toNanos();
        while (!isActive(http.send(get)) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private void firstOfTwoSocketsLeaves() {
        listeners.openMachine("A.machine2b", "machine-2");
        listeners.close("A.machine2");
    }

    private static boolean isActive(JsonNode answer) {
        return answer.path("body").path("machine").path("active").asBoolean(false);
    }

    private Listeners listeners() {
        return listeners;
    }
}
