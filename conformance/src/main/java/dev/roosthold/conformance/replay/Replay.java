package dev.roosthold.conformance.replay;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Plays the recorded exchanges against a server, with two fresh accounts.
///
/// The server must allow registration. It needs no preparation and may hold other data; the replay
/// leaves three accounts behind. Takes about a minute, most of it waiting for answers that are slow
/// by contract. An instance replays once
/// and is used by one thread.
public final class Replay {
    private static final Duration ACK_PATIENCE = Duration.ofSeconds(5);

    /// The same once [#UNANSWERED] acknowledgements did not come: the report should come soon.
    private static final Duration LITTLE_ACK_PATIENCE = Duration.ofMillis(200);

    private static final int UNANSWERED = 3;

    /// Its answer takes 15 s on the recorded server and concerns no exchange after it: it is waited
    /// for at the end of the recording.
    private static final String ANSWERED_LATE = "17 #22";

    /// How far a time may be from the recorded one, which is rounded to a second.
    private static final double TIME_TOLERANCE_SECONDS = 1.0;

    private final URI server;
    private final Placeholders placeholders;
    private final AllowedDifferences allowed;
    private final OkHttpClient sockets;
    private final Listeners listeners;
    private final Steps steps;
    private final Offstage offstage;
    private final Witness witness;
    private final List<ReplayReport.Outcome> outcomes = new ArrayList<>();
    private int unanswered;
    private final List<Runnable> late = new ArrayList<>();

    private Replay(
            URI server,
            OkHttpClient sockets,
            boolean pollingOnly,
            Placeholders placeholders,
            HttpCalls http,
            Witness witness) {
        this.server = server;
        this.placeholders = placeholders;
        this.allowed = AllowedDifferences.bundled(placeholders);
        this.sockets = sockets;
        this.listeners = new Listeners(sockets, server, pollingOnly, placeholders);
        this.steps = new Steps(server, listeners, http, placeholders);
        this.offstage = new Offstage(listeners, http, placeholders);
        this.witness = witness;
    }

    /// Replays all recordings of this module, with the listeners on websockets, as they were made.
    ///
    /// @param server address of the server, for example `http://127.0.0.1:3005`
    /// @throws ReplayException when the replay cannot go on
    public static ReplayReport against(URI server) {
        return against(server, Witness.NONE);
    }

    /// The same before a witness.
    ///
    /// @throws ReplayException when the replay cannot go on
    public static ReplayReport against(URI server, Witness witness) {
        return against(server, false, witness);
    }

    /// Replays all recordings of this module, with the listeners on HTTP long-polling. Everything
    /// but the transport is the same, and so must be everything that is seen.
    ///
    /// @throws ReplayException when the replay cannot go on
    public static ReplayReport overPolling(URI server) {
        return against(server, true, Witness.NONE);
    }

    private static ReplayReport against(URI server, boolean pollingOnly, Witness witness) {
        Placeholders placeholders = new Placeholders(server, Clock.systemUTC());
        // A poll may wait for as long as the server has nothing to say and does not ping.
        OkHttpClient sockets =
                new OkHttpClient.Builder().readTimeout(Duration.ofMinutes(1)).build();
        // Each polling listener keeps one request waiting; the usual five would starve the others.
        sockets.dispatcher().setMaxRequestsPerHost(64);
        try (HttpCalls http = new HttpCalls(server, placeholders, witness)) {
            return new Replay(server, sockets, pollingOnly, placeholders, http, witness).run();
        } finally {
            sockets.dispatcher().executorService().shutdown();
            sockets.connectionPool().evictAll();
        }
    }

    private ReplayReport run() {
        try (listeners) {
            for (Recording recording : Recording.bundled()) {
                recording.exchanges().forEach(exchange -> play(recording, exchange));
                late.forEach(Runnable::run);
                late.clear();
            }
        }
        return new ReplayReport(List.copyOf(outcomes), allowed.notOccurred());
    }

    private void play(Recording recording, Exchange exchange) {
        String key = recording.key(exchange);
        if (offstage.before(key)) {
            forgetEvents();
        }
        offstage.along(key);
        Supplier<List<Difference>> answer = perform(key, exchange);
        boolean answeredLate = key.equals(ANSWERED_LATE);
        List<Difference> differences = new ArrayList<>(answeredLate ? List.of() : answer.get());
        listeners.settle(expectedEvents(recording, exchange));
        differences.addAll(compareObserved(exchange));
        if (answeredLate) {
            late.add(
                    () -> {
                        differences.addAll(answer.get());
                        judge(recording, exchange, differences);
                    });
        } else {
            judge(recording, exchange, differences);
        }
        if (offstage.after(key)) {
            forgetEvents();
        }
    }

    /// What is done between the exchanges is seen by the listeners and belongs to none of them.
    private void forgetEvents() {
        listeners.settleBetween();
        listeners.drain();
    }

    private void judge(Recording recording, Exchange exchange, List<Difference> differences) {
        List<Difference> meant = new ArrayList<>();
        List<Difference> unexpected = new ArrayList<>();
        for (Difference difference : differences) {
            (allowed.permit(recording, exchange, difference) ? meant : unexpected).add(difference);
        }
        String name = recording.key(exchange) + " " + exchange.label();
        outcomes.add(new ReplayReport.Outcome(name, List.copyOf(unexpected), List.copyOf(meant)));
    }

    /// How many events each listener must get: those that are recorded, without the ones of which
    /// the list of allowed differences says that they do not come, and with the ones of which it
    /// says that they do.
    private Map<String, Integer> expectedEvents(Recording recording, Exchange exchange) {
        Map<String, Integer> recorded = new HashMap<>();
        Map<String, Integer> expected = new HashMap<>();
        for (JsonNode event : exchange.observed()) {
            String listener = event.path("listener").asString();
            int position = recorded.merge(listener, 1, Integer::sum) - 1;
            String place = "/observed/" + listener + "/" + position;
            if (!allowed.expectsNothing(recording, exchange, place)) {
                expected.merge(listener, 1, Integer::sum);
            }
        }
        for (String listener : listeners.names()) {
            int more = allowed.expectedMore(recording, exchange, listener);
            if (more > 0) {
                expected.merge(listener, more, Integer::sum);
            }
        }
        return expected;
    }

    /// Does what the exchange says. The supplier waits for the answer and compares it.
    private Supplier<List<Difference>> perform(String key, Exchange exchange) {
        return switch (exchange) {
            case Exchange.Http request -> {
                List<Difference> differences = compareHttp(request, offstage.send(key, request));
                yield () -> differences;
            }
            case Exchange.Connect connect -> {
                List<Difference> differences = compare(connect.response(), connect(connect));
                yield () -> differences;
            }
            case Exchange.Emit emit -> emit(key, emit);
            case Exchange.Step step -> {
                List<Difference> differences = compare(step.response(), steps.run(key, step));
                yield () -> differences;
            }
        };
    }

    private List<Difference> compareHttp(Exchange.Http request, JsonNode received) {
        JsonNode recorded = request.response().deepCopy();
        if (recorded.path("headers") instanceof ObjectNode headers) {
            String type = headers.path("content-type").asString("");
            headers.put("content-type", HttpCalls.normalized(type));
        }
        return compare(recorded, received);
    }

    private JsonNode connect(Exchange.Connect exchange) {
        Optional<JsonNode> auth = exchange.auth().map(placeholders::resolve);
        try (Listener socket = Listener.connect(sockets, server, auth, exchange.pollingOnly())) {
            Optional<JsonNode> refusal = socket.refusal();
            witness.connected(
                    auth.orElse(Json.NODES.objectNode()),
                    refusal.map(error -> error.path("message").asString("")));
            ObjectNode response = Json.NODES.objectNode();
            response.put("connected", refusal.isEmpty());
            refusal.ifPresent(error -> response.set("connect_error", error));
            return response;
        }
    }

    private Supplier<List<Difference>> emit(String key, Exchange.Emit exchange) {
        Listener from = listeners.get(exchange.from());
        ArrayNode args = placeholders.resolve(offstage.args(key, exchange)).asArray();
        if (!exchange.asks()) {
            from.emit(exchange.event(), args);
            witness.sent(exchange.event(), args, Optional.empty());
            return List::of;
        }
        CompletableFuture<Listener.Answer> answer = from.ask(exchange.event(), args);
        offstage.during(key);
        return () -> compareAck(exchange, args, answer);
    }

    private List<Difference> compareAck(
            Exchange.Emit exchange, ArrayNode args, CompletableFuture<Listener.Answer> answer) {
        Optional<Listener.Answer> received = Listener.await(answer, patience(exchange));
        witness.sent(exchange.event(), args, received.map(Listener.Answer::args));
        if (received.isEmpty() && !exchange.askedInVain()) {
            unanswered++;
        }
        JsonNode recorded = exchange.response().path("ack");
        if (exchange.askedInVain() && received.isEmpty()) {
            return List.of();
        }
        if (exchange.askedInVain() || received.isEmpty()) {
            return List.of(
                    new Difference(
                            "/response/ack",
                            Optional.of(recorded),
                            received.map(Listener.Answer::args)));
        }
        List<Difference> differences =
                new ArrayList<>(
                        Comparison.ofValues(
                                placeholders, "/response/ack", recorded, received.get().args()));
        compareTime(exchange, received.get().took()).ifPresent(differences::add);
        return differences;
    }

    private Duration patience(Exchange.Emit exchange) {
        if (!listeners.isOpen(exchange.from())) {
            return Duration.ZERO;
        }
        if (exchange.askedInVain()) {
            return Duration.ofMillis(exchange.response().path("waitedMs").asLong(1000));
        }
        Duration more = unanswered < UNANSWERED ? ACK_PATIENCE : LITTLE_ACK_PATIENCE;
        return more.plusSeconds(exchange.response().path("tookSeconds").asLong(0));
    }

    private static Optional<Difference> compareTime(Exchange.Emit exchange, Duration took) {
        JsonNode recorded = exchange.response().path("tookSeconds");
        double seconds = took.toMillis() / 1000.0;
        if (recorded.isMissingNode()
                || Math.abs(seconds - recorded.asDouble()) <= TIME_TOLERANCE_SECONDS) {
            return Optional.empty();
        }
        return Optional.of(
                new Difference(
                        "/response/tookSeconds",
                        Optional.of(recorded),
                        Optional.of(Json.NODES.numberNode(Math.round(seconds)))));
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
        received.values().stream()
                .flatMap(List::stream)
                .forEach(event -> witness.received(event.event(), event.args()));
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
