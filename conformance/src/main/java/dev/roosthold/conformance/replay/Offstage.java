package dev.roosthold.conformance.replay;

import dev.roosthold.conformance.wire.Polling;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What was done around the recorded exchanges and does not stand in the recordings: sockets that
/// were opened and closed between them, how calls were answered, headers, and values that were
/// masked although they matter. By the key of the exchange.
final class Offstage {
    /// How long to wait for a call to reach its target.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration TOLD_ACTIVE = Duration.ofSeconds(3);

    /// More than the exchanges take that fall into one sum.
    private static final Duration AROUND_THE_HOUR = Duration.ofSeconds(5);

    private static final Map<String, Map<String, String>> HEADERS =
            Map.of(
                    "12 #16",
                    Map.of("x-hub-signature-256", "sha256=00", "x-github-event", "ping"),
                    "16 #1",
                    Map.of("Accept", "text/plain"),
                    "16 #13",
                    Map.of(
                            "Origin", "https://app.example",
                            "Access-Control-Request-Method", "POST"),
                    "16 #14",
                    Map.of("Origin", "https://app.example"),
                    "16 #15",
                    Map.of("Origin", "https://app.example"));

    /// Clients request the addresses they were given, so the replay does too: where the answer that
    /// gives it is, by the exchange that requests it.
    private static final Map<String, String> GIVEN_ADDRESSES =
            Map.of(
                    "15 #2", "15 #1 /body/uploadUrl",
                    "15 #4", "15 #3 /body/downloadUrl");

    private final Listeners listeners;
    private final HttpCalls http;
    private final Placeholders placeholders;
    private final Map<String, Runnable> before = new HashMap<>();
    private final Map<String, Runnable> along = new HashMap<>();
    private final Map<String, Runnable> during = new HashMap<>();
    private final Map<String, Runnable> after = new HashMap<>();
    private final Map<String, UnaryOperator<Exchange.Http>> detours = new HashMap<>();
    private final Map<String, JsonNode> answers = new HashMap<>();

    Offstage(Listeners listeners, HttpCalls http, Placeholders placeholders) {
        this.listeners = listeners;
        this.http = http;
        this.placeholders = placeholders;
        sockets();
        detours();
        calls();
    }

    /// Makes what came before the exchange. What the listeners see of it belongs to no exchange.
    ///
    /// @return whether anything was done
    boolean before(String key) {
        return run(before, key);
    }

    /// Makes what came before the exchange and was seen with it.
    void along(String key) {
        run(along, key);
    }

    /// Makes what happened while the caller of the exchange waited for its answer.
    void during(String key) {
        run(during, key);
    }

    /// Makes what the next exchanges need. What the listeners see of it belongs to no exchange.
    ///
    /// @return whether anything was done
    boolean after(String key) {
        return run(after, key);
    }

    /// Sends the request of an exchange as its client sent it.
    JsonNode send(String key, Exchange.Http exchange) {
        Exchange.Http real = detours.getOrDefault(key, UnaryOperator.identity()).apply(exchange);
        JsonNode answer =
                http.send(
                        real,
                        givenAddress(key).orElseGet(() -> placeholders.resolvePath(real.path())),
                        HEADERS.getOrDefault(key, Map.of()));
        answers.put(key, answer);
        return answer;
    }

    /// The arguments of an event as its client sent them.
    JsonNode args(String key, Exchange.Emit exchange) {
        if (!key.equals("05 #33")) {
            return exchange.args();
        }
        // By its label the time was an old one; the mask does not tell it from a present one.
        ObjectNode old = (ObjectNode) exchange.args().path(0).deepCopy();
        return Json.NODES.arrayNode().add(old.put("time", "<now-11min>"));
    }

    private Optional<String> givenAddress(String key) {
        return Optional.ofNullable(GIVEN_ADDRESSES.get(key))
                .map(place -> place.split(" /", -1))
                .map(
                        place ->
                                answers.getOrDefault(place[0], Json.NODES.nullNode())
                                        .at("/" + place[1])
                                        .asString(""))
                .filter(address -> !address.isEmpty());
    }

    private void sockets() {
        before.put("03 #1", listeners::openFirst);
        before.put(
                "04 #1",
                () -> {
                    listeners.openSession("A.session1", "session-1");
                    listeners.openSession("A.session2", "session-2");
                });
        before.put(
                "06 #1",
                () -> {
                    listeners.openSession("A.session2", "session-2");
                    awaitToldActive();
                });
        // Sums are by the hour: the reports of this file must fall into one.
        along.put("13 #1", Offstage::awaitQuietHour);
        for (int recording = 7; recording <= 18; recording++) {
            before.put("%02d #1".formatted(recording), this::keepAlive);
        }
        // A server may end the sockets of a machine that is deleted; a daemon would come back.
        after.put(
                "07 #19",
                () -> {
                    if (listeners.get("A.machine1").disconnected().isPresent()) {
                        listeners.close("A.machine1");
                        listeners.openMachine("A.machine1", "machine-1");
                    }
                });
        along.put(
                "07 #1",
                () -> {
                    listeners.openMachine("A.machine2", "machine-2");
                    listeners.close("A.machine2b");
                });
    }

    /// The session was ended before. A server may tell that it is active again, and once that is
    /// stored at the earliest.
    private void awaitToldActive() {
        Polling.until(
                TOLD_ACTIVE,
                () ->
                        listeners.get("A.user").eventCount() > 0
                                && listeners.get("A.user2").eventCount() > 0);
    }

    /// The sessions without a socket would turn inactive at any time from a minute on, which the
    /// recorded server does after ten: they are kept alive while the recordings are played.
    private void keepAlive() {
        alive("A.user", "session-4");
        alive("B.user", "session-of-B");
    }

    private static void awaitQuietHour() {
        long hour = Duration.ofHours(1).toMillis();
        Polling.until(
                AROUND_THE_HOUR.plusSeconds(1),
                () -> hour - System.currentTimeMillis() % hour > AROUND_THE_HOUR.toMillis());
    }

    private void alive(String listener, String session) {
        ObjectNode args = Json.NODES.objectNode();
        args.put("sid", placeholders.resolve("<" + session + ">"));
        args.put("time", System.currentTimeMillis());
        listeners.get(listener).emit("session-alive", Json.NODES.arrayNode().add(args));
    }

    private void detours() {
        // A server that refuses a damaged key stores no row; the exchanges after it list one.
        after.put(
                "03 #10",
                () ->
                        create(
                                "<token-A>",
                                "session-4",
                                Map.of(
                                        "tag", "tag-4",
                                        "metadata", "m",
                                        "dataEncryptionKey", "notbase6")));
        // A server that takes such a batch stores it; the exchanges after it know nothing of it.
        before.put("04 #23", this::openThirdAccount);
        detours.put(
                "04 #23",
                exchange -> exchange.to("<token-C>", "/v3/sessions/<session-of-C>/messages"));
    }

    private void openThirdAccount() {
        JsonNode answer =
                post(
                        Optional.empty(),
                        "/v1/auth",
                        Map.of(
                                "publicKey", "<C-sign-public-key b64>",
                                "challenge", "<C-challenge b64>",
                                "signature", "<C-signature b64>"));
        placeholders.take("token-C", answer.path("body").path("token").asString(""));
        create("<token-C>", "session-of-C", Map.of("tag", "c", "metadata", "m"));
    }

    private void create(String auth, String name, Map<String, String> body) {
        JsonNode answer = post(Optional.of(auth), "/v1/sessions", body);
        String id = answer.path("body").path("session").path("id").asString("");
        if (!id.isEmpty()) {
            placeholders.take(name, id);
        }
    }

    private JsonNode post(Optional<String> auth, String path, Map<String, String> body) {
        return http.send(
                new Exchange.Http(
                        0,
                        path,
                        "POST",
                        path,
                        auth,
                        Optional.of(Json.MAPPER.valueToTree(body)),
                        Optional.empty(),
                        Json.NODES.nullNode(),
                        Json.NODES.arrayNode()));
    }

    private void calls() {
        answering("17 #5", "A.machine1", text("answer-to-p"));
        answering("17 #6", "A.machine1", new RpcAnswer.Value(Json.NODES.nullNode()));
        answering("17 #7", "A.machine1", new RpcAnswer.Nothing());
        answering("17 #8", "A.machine1", new RpcAnswer.Value(Json.NODES.objectNode().put("a", 1)));
        answering("17 #9", "A.machine1", text("ok"));
        answering("17 #16", "A.machine1", text("from-first"));
        before.put(
                "17 #17",
                () -> {
                    listeners.openMachine("A.machine1b", "machine-1");
                    listeners.get("A.machine1b").answerRequests(text("from-second"));
                });
        // Where the newest registration wins, that of the first socket has dropped this one.
        before.put("17 #21", () -> register("A.machine1b", "<machine-1>:dup"));
        before.put(
                "17 #22",
                () -> {
                    listeners.close("A.machine1b");
                    keepAlive();
                });
        during.put(
                "17 #24",
                () ->
                        CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS)
                                .execute(() -> register("A.machine1", "<machine-1>:late2")));
        answering("17 #26", "A.machine1", new RpcAnswer.Silence());
        during.put(
                "17 #27",
                () -> {
                    awaitCall();
                    listeners.close("A.machine1");
                });
        before.put(
                "17 #28",
                () -> {
                    listeners.openMachine("A.machine1", "machine-1");
                    listeners
                            .get("A.machine1")
                            .answerRequests(
                                    new RpcAnswer.Value(
                                            Json.NODES.stringNode("late answer"),
                                            Duration.ofSeconds(6)));
                    register("A.machine1", "<machine-1>:slow");
                });
        before.put("17 #29", () -> listeners.openUser("A.caller", "A"));
        during.put(
                "17 #29",
                () -> {
                    awaitCall();
                    listeners.close("A.caller");
                });
    }

    private void answering(String key, String listener, RpcAnswer answer) {
        before.put(key, () -> listeners.get(listener).answerRequests(answer));
    }

    private void register(String listener, String method) {
        ObjectNode args = Json.NODES.objectNode().put("method", placeholders.resolve(method));
        listeners.get(listener).emit("rpc-register", Json.NODES.arrayNode().add(args));
    }

    private void awaitCall() {
        Listener target = listeners.get("A.machine1");
        // Whether it did is seen in what the listeners got.
        Polling.until(PATIENCE, () -> target.eventCount() > 0);
    }

    private static RpcAnswer text(String text) {
        return new RpcAnswer.Value(Json.NODES.stringNode(text));
    }

    private static boolean run(Map<String, Runnable> actions, String key) {
        Runnable action = actions.get(key);
        if (action != null) {
            action.run();
        }
        return action != null;
    }
}
