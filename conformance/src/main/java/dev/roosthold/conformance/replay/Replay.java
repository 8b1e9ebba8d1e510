package dev.roosthold.conformance.replay;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import okhttp3.OkHttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Plays the recorded exchanges against a server, with two fresh accounts.
///
/// The server must allow registration. It needs no preparation and may hold other data; the replay
/// leaves two accounts and three machines behind. Takes about 20 seconds. An instance replays once
/// and is used by one thread.
public final class Replay {
    /// Recordings up to this one were made before the listeners were opened.
    private static final String LAST_WITHOUT_LISTENERS = "02";

    private static final Duration ACK_PATIENCE = Duration.ofSeconds(5);
    private static final String NOT_REQUESTED = "<not requested>";
    private static final String NO_ACK = "<none>";

    private final URI server;
    private final Placeholders placeholders;
    private final AllowedDifferences allowed;
    private final OkHttpClient sockets;
    private final HttpCalls http;
    private final Listeners listeners;
    private final Steps steps;

    private Replay(
            URI server,
            OkHttpClient sockets,
            boolean pollingOnly,
            Placeholders placeholders,
            HttpCalls http) {
        this.server = server;
        this.placeholders = placeholders;
        this.allowed = AllowedDifferences.bundled(placeholders);
        this.sockets = sockets;
        this.http = http;
        this.listeners = new Listeners(sockets, server, pollingOnly, placeholders);
        this.steps = new Steps(listeners, http);
    }

    /// Replays all recordings of this module, with the listeners on websockets, as they were made.
    ///
    /// @param server address of the server, for example `http://127.0.0.1:3005`
    /// @throws ReplayException when the replay cannot go on
    public static ReplayReport against(URI server) {
        return against(server, false);
    }

    /// Replays all recordings of this module, with the listeners on HTTP long-polling. Everything
    /// but the transport is the same, and so must be everything that is seen.
    ///
    /// @throws ReplayException when the replay cannot go on
    public static ReplayReport overPolling(URI server) {
        return against(server, true);
    }

    private static ReplayReport against(URI server, boolean pollingOnly) {
        Placeholders placeholders = new Placeholders(server, Clock.systemUTC());
        OkHttpClient sockets = new OkHttpClient();
        // Each polling listener keeps one request waiting; the usual five would starve the others.
        sockets.dispatcher().setMaxRequestsPerHost(64);
        try (HttpCalls http = new HttpCalls(server, placeholders)) {
            return new Replay(server, sockets, pollingOnly, placeholders, http).run();
        } finally {
            sockets.dispatcher().executorService().shutdown();
            sockets.connectionPool().evictAll();
        }
    }

    private ReplayReport run() {
        List<ReplayReport.Outcome> outcomes = new ArrayList<>();
        boolean listening = false;
        try (listeners) {
            for (Recording recording : Recording.bundled()) {
                if (!listening && recording.id().compareTo(LAST_WITHOUT_LISTENERS) > 0) {
                    listening = true;
                    openListeners();
                }
                for (Exchange exchange : recording.exchanges()) {
                    outcomes.add(play(recording, exchange));
                }
            }
        }
        return new ReplayReport(List.copyOf(outcomes), allowed.notOccurred());
    }

    /// What opening a socket makes the others see belongs to no exchange.
    private void openListeners() {
        listeners.openAll();
        listeners.settle(0);
        listeners.drain();
    }

    private ReplayReport.Outcome play(Recording recording, Exchange exchange) {
        List<Difference> differences = new ArrayList<>(perform(recording, exchange));
        listeners.settle(exchange.observed().size());
        differences.addAll(compareObserved(exchange));

        List<Difference> meant = new ArrayList<>();
        List<Difference> unexpected = new ArrayList<>();
        for (Difference difference : differences) {
            (allowed.permit(recording, exchange, difference) ? meant : unexpected).add(difference);
        }
        String name = recording.id() + " #" + exchange.number() + " " + exchange.label();
        return new ReplayReport.Outcome(name, List.copyOf(unexpected), List.copyOf(meant));
    }

    private List<Difference> perform(Recording recording, Exchange exchange) {
        return switch (exchange) {
            case Exchange.Http request -> compareHttp(request, http.send(request));
            case Exchange.Connect connect -> compare(connect.response(), connect(connect));
            case Exchange.Emit emit -> emit(emit);
            case Exchange.Step step -> {
                steps.run(recording, step);
                yield List.of();
            }
        };
    }

    private List<Difference> compareHttp(Exchange.Http request, JsonNode received) {
        JsonNode recorded = request.response().deepCopy();
        if (recorded.path("headers") instanceof ObjectNode headers) {
            String type = headers.path("content-type").asString("");
            headers.removeAll();
            headers.put("content-type", HttpCalls.normalized(type));
        }
        return compare(recorded, received);
    }

    private JsonNode connect(Exchange.Connect exchange) {
        Optional<JsonNode> auth = exchange.auth().map(placeholders::resolve);
        try (Listener socket = Listener.connect(sockets, server, auth, exchange.pollingOnly())) {
            Optional<JsonNode> refusal = socket.refusal();
            ObjectNode response = Json.NODES.objectNode();
            response.put("connected", refusal.isEmpty());
            refusal.ifPresent(error -> response.set("connect_error", error));
            return response;
        }
    }

    private List<Difference> emit(Exchange.Emit exchange) {
        Listener from = listeners.get(exchange.from());
        ArrayNode args = placeholders.resolve(exchange.args()).asArray();
        JsonNode recorded = exchange.response().path("ack");
        if (recorded.isString() && recorded.asString().equals(NOT_REQUESTED)) {
            from.emit(exchange.event(), args);
            return List.of();
        }
        boolean noneRecorded = recorded.isString() && recorded.asString().equals(NO_ACK);
        Duration patience =
                noneRecorded
                        ? Duration.ofMillis(exchange.response().path("waitedMs").asLong(1000))
                        : ACK_PATIENCE;
        Optional<ArrayNode> received = from.emitForAck(exchange.event(), args, patience);
        if (noneRecorded && received.isEmpty()) {
            return List.of();
        }
        if (noneRecorded || received.isEmpty()) {
            return List.of(
                    new Difference("/response/ack", Optional.of(recorded), received.map(n -> n)));
        }
        return Comparison.ofValues(placeholders, "/response/ack", recorded, received.get());
    }

    private List<Difference> compare(JsonNode recorded, JsonNode received) {
        return Comparison.ofValues(placeholders, "/response", recorded, received);
    }

    private List<Difference> compareObserved(Exchange exchange) {
        Map<String, List<ObservedEvent>> recorded = new TreeMap<>();
        for (JsonNode event : exchange.observed()) {
            recorded.computeIfAbsent(event.path("listener").asString(), _ -> new ArrayList<>())
                    .add(
                            new ObservedEvent(
                                    event.path("event").asString(), event.path("args").asArray()));
        }
        Map<String, List<ObservedEvent>> received = listeners.drain();
        TreeSet<String> names = new TreeSet<>(recorded.keySet());
        names.addAll(received.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String name : names) {
            differences.addAll(
                    Comparison.ofEvents(
                            placeholders,
                            "/observed/" + name,
                            recorded.getOrDefault(name, List.of()),
                            received.getOrDefault(name, List.of())));
        }
        return differences;
    }
}
