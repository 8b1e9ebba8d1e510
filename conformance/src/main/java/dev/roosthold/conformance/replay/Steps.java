package dev.roosthold.conformance.replay;

import dev.roosthold.conformance.wire.Polling;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What was done by hand in the recordings, by key of the exchange.
final class Steps {
    private static final int MEGABYTE = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final URI server;
    private final Listeners listeners;
    private final HttpCalls http;
    private final Placeholders placeholders;
    private final Map<String, Supplier<JsonNode>> byExchange =
            Map.of(
                    "05 #34", () -> silently(() -> listeners().close("A.session2")),
                    "06 #18", () -> silently(this::heartbeatIsStored),
                    "06 #33", () -> silently(() -> listeners().close("A.machine2")),
                    "06 #35",
                            () ->
                                    silently(
                                            () ->
                                                    listeners()
                                                            .openMachine(
                                                                    "A.machine2", "machine-2")),
                    "06 #36", () -> silently(this::firstOfTwoSocketsLeaves),
                    "18 #1", () -> packetOf(MEGABYTE - 100),
                    "18 #2", () -> packetOf(MEGABYTE + 100),
                    "18 #4", this::hugeBody);

    Steps(URI server, Listeners listeners, HttpCalls http, Placeholders placeholders) {
        this.server = server;
        this.listeners = listeners;
        this.http = http;
        this.placeholders = placeholders;
    }

    /// Does it again.
    ///
    /// @return the response in the form of the recordings, JSON null when there is none
    JsonNode run(String key, Exchange.Step step) {
        Supplier<JsonNode> action = byExchange.get(key);
        if (action == null) {
            throw new ReplayException("no action is known for step " + key + " " + step.label());
        }
        return action.get();
    }

    private static JsonNode silently(Runnable action) {
        action.run();
        return Json.NODES.nullNode();
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
        Polling.until(Duration.ofSeconds(7), () -> isActive(http.send(get)));
    }

    private void firstOfTwoSocketsLeaves() {
        listeners.openMachine("A.machine2b", "machine-2");
        listeners.close("A.machine2");
    }

    private static boolean isActive(JsonNode answer) {
        return answer.path("body").path("machine").path("active").asBoolean(false);
    }

    /// Sends one packet of about this size on a socket of its own, and tells how it ended.
    private JsonNode packetOf(int length) {
        listeners.openUser("A.limits", "A");
        Listener socket = listeners.get("A.limits");
        socket.emit("nope", Json.NODES.arrayNode().add("x".repeat(length)));
        var served = socket.ask("ping", Json.NODES.arrayNode());
        Polling.until(PATIENCE, () -> served.isDone() || socket.disconnected().isPresent());
        ObjectNode response = Json.NODES.objectNode();
        response.put("disconnected", socket.disconnected().orElse(null));
        listeners.close("A.limits");
        return response;
    }

    private JsonNode hugeBody() {
        return HugeBody.post(
                server,
                placeholders.resolvePath("/v3/sessions/<session-2>/messages"),
                placeholders.resolve("<token-A>"));
    }

    private Listeners listeners() {
        return listeners;
    }
}
