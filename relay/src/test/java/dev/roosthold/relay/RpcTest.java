package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.rpc.Rpc;
import dev.roosthold.relay.rpc.RpcLimits;
import io.socket.client.Ack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.json.JSONException;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Calls between the sockets of an account.
class RpcTest {
    private static final JsonNode NOT_AVAILABLE =
            json("{\"ok\":false,\"error\":\"RPC method not available\"}");

    private RelayRig rig;
    private Person ada;
    private Client page;
    private Client daemon;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        signUp();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void signUp() {
        ada = rig.signsUp();
        ada.makesMachine("m");
        page = ada.page().connected();
        daemon = daemon("m");
    }

    private void restartWith(RpcLimits limits) {
        rig.close();
        rig = RelayRig.start(config -> config.withLimits(config.limits().withRpc(limits)));
        signUp();
    }

    @Test
    void aCallTravelsWithItsParametersAndComesBackWithTheResult() throws Exception {
        registers(daemon, "m:echo");
        var results = new LinkedBlockingQueue<Object[]>();
        daemon.answers("rpc-request", (_, ack) -> ack.call(results.remove()));

        results.add(new Object[] {"answer"});
        assertThat(call("m:echo", Map.of("params", "p")))
                .isEqualTo(json("{\"ok\":true,\"result\":\"answer\"}"));
        results.add(new Object[] {""});
        assertThat(call("m:echo", Map.of("params", "")))
                .isEqualTo(json("{\"ok\":true,\"result\":\"\"}"));
        results.add(new Object[] {JSONObject.NULL});
        assertThat(call("m:echo", Map.of("params", new JSONObject("{\"a\":[1,null]}"))))
                .isEqualTo(json("{\"ok\":true,\"result\":null}"));
        results.add(new Object[] {});
        assertThat(call("m:echo", Map.of("params", JSONObject.NULL)))
                .isEqualTo(json("{\"ok\":true}"));
        results.add(new Object[] {new JSONObject("{\"a\":1}"), "more"});
        assertThat(call("m:echo", Map.of())).isEqualTo(json("{\"ok\":true,\"result\":{\"a\":1}}"));

        assertThat(daemon.events("rpc-request").stream().map(Client.Event::body))
                .containsExactly(
                        json("{\"method\":\"m:echo\",\"params\":\"p\"}"),
                        json("{\"method\":\"m:echo\",\"params\":\"\"}"),
                        json("{\"method\":\"m:echo\",\"params\":{\"a\":[1,null]}}"),
                        json("{\"method\":\"m:echo\",\"params\":null}"),
                        json("{\"method\":\"m:echo\"}"));
        assertNothingIsOn(1);
    }

    @Test
    void anArgumentThatIsNoMethodIsRefused() throws Exception {
        List<Object> wrong =
                List.of(
                        JSONObject.NULL,
                        5,
                        "text",
                        new JSONObject(),
                        new JSONObject("{\"method\":5}"),
                        new JSONObject("{\"method\":null}"),
                        new JSONObject("{\"method\":{\"a\":1}}"),
                        new JSONObject("{\"method\":\"\"}"));
        for (Object argument : wrong) {
            assertThat(page.ask("rpc-call", argument))
                    .isEqualTo(
                            json(
                                    "{\"ok\":false,\"error\":\"Invalid parameters: method is required\"}"));
            daemon.send("rpc-register", argument);
            daemon.send("rpc-unregister", argument);
        }
        daemon.send("rpc-register", Map.of("method", "m:" + "x".repeat(255)));
        daemon.settled();
        assertThat(daemon.events("rpc-error"))
                .hasSize(2 * wrong.size() + 1)
                .allMatch(e -> e.body().path("error").asString().equals("Invalid method name"));
        assertThat(daemon.events("rpc-error").getLast().body())
                .isEqualTo(json("{\"type\":\"register\",\"error\":\"Invalid method name\"}"));
        assertThat(page.ask("rpc-call", Map.of("method", "m:" + "x".repeat(255))))
                .isEqualTo(NOT_AVAILABLE);
        assertThat(page.ask("rpc-call", "no object", 1).path("ok").asBoolean(true)).isFalse();
        registers(daemon, "m:" + "x".repeat(254));
        assertNothingIsOn(1);
    }

    @Test
    void registeringAndItsEndAreConfirmedEachTime() {
        registers(daemon, "m:a");
        registers(daemon, "m:a");
        assertThat(daemon.ask("rpc-register", Map.of("method", "m:b")))
                .isEqualTo(json("{\"ok\":true}"));
        daemon.forget();
        daemon.send("rpc-unregister", Map.of("method", "m:a"));
        daemon.send("rpc-unregister", Map.of("method", "m:a"));
        assertThat(daemon.settled().events("rpc-unregistered"))
                .hasSize(2)
                .allMatch(event -> event.body().toString().equals("{\"method\":\"m:a\"}"));
        assertNothingIsOn(1);
    }

    @Test
    void aSocketDoesNotCallItself() {
        registers(daemon, "m:a");
        assertThat(daemon.ask("rpc-call", Map.of("method", "m:a")))
                .isEqualTo(json("{\"ok\":false,\"error\":\"Cannot call RPC on the same socket\"}"));
    }

    @Test
    void theNewestRegistrationServesAndTheOlderOneEndsWithoutAWord() {
        answersWith(daemon, "first");
        registers(daemon, "m:a");
        Client second = daemon("m");
        answersWith(second, "second");
        registers(second, "m:a");
        daemon.forget();

        assertThat(call("m:a").path("result").asString()).isEqualTo("second");
        assertThat(daemon.settled().events("rpc-unregistered")).isEmpty();
        assertThat(daemon.events("rpc-error")).isEmpty();

        // What the older one ends is nothing any more, and it comes back only by registering again.
        daemon.send("rpc-unregister", Map.of("method", "m:a"));
        daemon.settled();
        assertThat(call("m:a").path("result").asString()).isEqualTo("second");
        registers(daemon, "m:a");
        assertThat(call("m:a").path("result").asString()).isEqualTo("first");
        second.leaves();
        await().until(() -> counts().methods() == 1);
        assertThat(call("m:a").path("result").asString()).isEqualTo("first");
    }

    @Test
    void aTargetThatLeavesDuringTheCallIsToldAtOnce() {
        registers(daemon, "m:hang");
        CompletableFuture<JsonNode> call = page.asks("rpc-call", Map.of("method", "m:hang"));
        daemon.receives("rpc-request");
        daemon.breaks();
        assertThat(answer(call))
                .isEqualTo(json("{\"ok\":false,\"error\":\"RPC target disconnected\"}"));
        await().untilAsserted(() -> assertNothingIsOn(0));
    }

    @Test
    void aTargetThatDoesNotAnswerTimesOutAndItsLateAnswerIsDropped() {
        restartWith(RpcLimits.USUAL.withAnswerWithin(Duration.ofMillis(200)));
        var late = new LinkedBlockingQueue<Ack>();
        daemon.answers("rpc-request", (_, ack) -> late.add(ack));
        registers(daemon, "m:hang");
        assertThat(call("m:hang"))
                .isEqualTo(json("{\"ok\":false,\"error\":\"operation has timed out\"}"));
        late.remove().call("late");
        daemon.settled();
        assertNothingIsOn(1);
        answersWith(daemon, "next");
        assertThat(page.settled().isConnected()).isTrue();
    }

    @Test
    void theTargetStillRunsTheCallOfACallerThatHasGoneAndNothingIsLeft() throws Exception {
        var asked = new LinkedBlockingQueue<Ack>();
        daemon.answers("rpc-request", (_, ack) -> asked.add(ack));
        registers(daemon, "m:slow");
        Client caller = ada.page().connected();
        var _ = caller.asks("rpc-call", Map.of("method", "m:slow"));
        Ack ack = asked.poll(10, TimeUnit.SECONDS);
        assertThat(counts().pending()).isEqualTo(1);
        caller.breaks();
        ack.call("too late");
        await().untilAsserted(() -> assertNothingIsOn(1));
    }

    @Test
    void aNameThatNobodyCanBeAboutToRegisterIsAnsweredAtOnce() {
        assertThat(call("unknown:a")).isEqualTo(NOT_AVAILABLE);
        assertThat(call("noprefix")).isEqualTo(NOT_AVAILABLE);
        assertThat(call(":")).isEqualTo(NOT_AVAILABLE);
        registers(daemon, "m:a");
        Client eve = rig.signsUp().page().connected();
        assertThat(eve.ask("rpc-call", Map.of("method", "m:a"))).isEqualTo(NOT_AVAILABLE);
    }

    @Test
    void aCallToAMachineThatIsThereWaitsForItsRegistration() {
        answersWith(daemon, "served");
        CompletableFuture<JsonNode> call = page.asks("rpc-call", Map.of("method", "m:soon"));
        await().until(() -> counts().waiting() == 1);
        rig.clock().pass(Duration.ofMillis(14_900));
        page.settled();
        assertThat(call).isNotDone();
        registers(daemon, "m:soon");
        assertThat(answer(call).path("result").asString()).isEqualTo("served");
        assertThat(kinds(daemon)).containsSubsequence("rpc-registered", "rpc-request");
        assertNothingIsOn(1);
    }

    @Test
    void aCallThatWaitedInVainIsAnsweredAfterTheGrace() {
        CompletableFuture<JsonNode> call = page.asks("rpc-call", Map.of("method", "m:never"));
        await().until(() -> counts().waiting() == 1);
        rig.clock().pass(Duration.ofSeconds(15));
        assertThat(answer(call)).isEqualTo(NOT_AVAILABLE);
        assertNothingIsOn(0);
    }

    @Test
    void aMachineOrSessionThatHasJustGoneIsWaitedForDuringOneMinute() {
        Client session = ada.session("s").connected();
        daemon.breaks();
        session.breaks();
        await().until(() -> ada.api().get("/v1/machines/m").status() == 200);
        for (String id : List.of("m", "s")) {
            CompletableFuture<JsonNode> call =
                    page.asks("rpc-call", Map.of("method", id + ":back"));
            await().until(() -> counts().waiting() == 1);
            Client back = id.equals("m") ? daemon("m") : listening(ada.session("s").connected());
            answersWith(back, "back");
            registers(back, id + ":back");
            assertThat(answer(call).path("result").asString()).isEqualTo("back");
            back.leaves();
            await().until(() -> counts().methods() == 0);
        }
        rig.clock().pass(Duration.ofSeconds(61));
        assertThat(call("m:back")).isEqualTo(NOT_AVAILABLE);
        assertThat(call("s:back")).isEqualTo(NOT_AVAILABLE);
    }

    @Test
    void aWaitingCallWhoseCallerHasGoneIsNotRun() {
        Client caller = ada.page().connected();
        var _ = caller.asks("rpc-call", Map.of("method", "m:soon"));
        await().until(() -> counts().waiting() == 1);
        caller.breaks();
        await().until(() -> counts().waiting() == 0);
        registers(daemon, "m:soon");
        assertThat(daemon.settled().events("rpc-request")).isEmpty();
        assertNothingIsOn(1);
    }

    @Test
    void callsBeyondTheBoundsAreRefusedAtOnce() throws Exception {
        var usual = RpcLimits.USUAL;
        restartWith(new RpcLimits(usual.answerWithin(), usual.grace(), usual.recently(), 3, 4, 6));
        var asked = new LinkedBlockingQueue<Ack>();
        daemon.answers("rpc-request", (_, ack) -> asked.add(ack));
        registers(daemon, "m:hang");
        JsonNode refused = json("{\"ok\":false,\"error\":\"Too many requests\"}");
        var calls = new ArrayList<CompletableFuture<JsonNode>>();
        for (int i = 0; i < 4; i++) {
            calls.add(page.asks("rpc-call", Map.of("method", "m:hang")));
        }
        assertThat(call("m:hang")).isEqualTo(refused);
        Client other = ada.page().connected();
        for (int i = 0; i < 2; i++) {
            calls.add(other.asks("rpc-call", Map.of("method", "m:hang")));
        }
        assertThat(other.ask("rpc-call", Map.of("method", "m:hang"))).isEqualTo(refused);
        for (var _ : calls) {
            asked.poll(10, TimeUnit.SECONDS).call("done");
        }
        for (var call : calls) {
            assertThat(answer(call).path("result").asString()).isEqualTo("done");
        }
        assertNothingIsOn(1);

        registers(daemon, "m:2");
        registers(daemon, "m:3");
        daemon.send("rpc-register", Map.of("method", "m:4"));
        assertThat(daemon.receives("rpc-error"))
                .isEqualTo(json("{\"type\":\"register\",\"error\":\"Too many methods\"}"));
        registers(daemon, "m:3");
        daemon.send("rpc-unregister", Map.of("method", "m:2"));
        registers(daemon, "m:4");
    }

    @Test
    void onlyTheMachineItselfAndPeopleRegisterItsNames() {
        ada.makesMachine("other");
        Client session = listening(ada.session("s").connected());
        Client pretender = listening(ada.session("other").connected());
        listening(page);
        assertThat(refusal(daemon, "other:bash"))
                .isEqualTo("Method name belongs to another client");
        assertThat(refusal(session, "other:bash")).isNotEmpty();
        assertThat(refusal(session, "m:bash")).isNotEmpty();
        assertThat(refusal(pretender, "other:bash")).isNotEmpty();
        registers(daemon, "m:bash");
        registers(daemon, "nobody:bash");
        registers(session, "s:kill");
        registers(session, "noprefix");
        registers(page, "m:fromPage");
        // A machine of somebody else is none here.
        rig.signsUp().makesMachine("eves");
        registers(session, "eves:bash");
    }

    @Test
    void aMachineCredentialReachesItsOwnNamesAndThoseOfItsSessions() {
        String id = rig.machineId();
        String secret = ada.addsMachine(id, "laptop");
        String bearer =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", id, "secret", secret))
                        .text("token");
        String own = makesSession(id);
        String foreign = makesSession(null);
        Client machine =
                listening(
                        rig.connect(
                                        Map.of(
                                                "token", bearer,
                                                "clientType", "machine-scoped",
                                                "machineId", id))
                                .connected());
        Client session =
                listening(
                        rig.connect(
                                        Map.of(
                                                "token", bearer,
                                                "clientType", "session-scoped",
                                                "sessionId", own))
                                .connected());
        registers(machine, id + ":bash");
        registers(machine, own + ":a");
        registers(session, own + ":b");
        for (String name : List.of(foreign + ":a", "m:bash", "noprefix", "")) {
            if (!name.isEmpty()) {
                assertThat(refusal(machine, name)).as(name).isNotEmpty();
            }
            assertThat(refusal(session, name)).as(name).isNotEmpty();
        }
        assertThat(refusal(session, id + ":bash")).isNotEmpty();

        answersWith(machine, "machine");
        answersWith(session, "session");
        registers(daemon, "m:bash");
        registers(listening(page), foreign + ":a");
        assertThat(resultOf(session, id + ":bash")).isEqualTo("machine");
        assertThat(resultOf(machine, own + ":b")).isEqualTo("session");
        assertThat(machine.ask("rpc-call", Map.of("method", "m:bash"))).isEqualTo(NOT_AVAILABLE);
        assertThat(session.ask("rpc-call", Map.of("method", foreign + ":a")))
                .isEqualTo(NOT_AVAILABLE);
        assertThat(resultOf(page, own + ":a")).isEqualTo("machine");
    }

    @Test
    void largeAndDeepContentPasses() throws Exception {
        answersWith(daemon, "x".repeat(3 << 20));
        registers(daemon, "m:read");
        String deep = "[".repeat(40) + "]".repeat(40);
        JsonNode answer = call("m:read", Map.of("params", new JSONObject("{\"a\":" + deep + "}")));
        assertThat(answer.path("result").asString()).hasSize(3 << 20);
        assertThat(daemon.receives("rpc-request").path("params").path("a")).hasToString(deep);
    }

    private String makesSession(@Nullable String machine) {
        return ada.makesSessionRow(UUID.randomUUID().toString(), machine);
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private Client daemon(String machine) {
        return listening(ada.daemon(machine).connected());
    }

    private static Client listening(Client client) {
        return client.hears("rpc-registered", "rpc-unregistered", "rpc-error")
                .answers("rpc-request", (_, _) -> {});
    }

    private static void answersWith(Client client, String result) {
        client.answers("rpc-request", (_, ack) -> ack.call(result));
    }

    private static void registers(Client client, String method) {
        client.forgetAll("rpc-registered");
        client.send("rpc-register", Map.of("method", method));
        client.receives("rpc-registered", body -> body.path("method").asString().equals(method));
    }

    private static String refusal(Client client, String method) {
        client.forgetAll("rpc-error");
        client.send("rpc-register", Map.of("method", method));
        return client.receives("rpc-error").path("error").asString();
    }

    private JsonNode call(String method) {
        return call(method, Map.of());
    }

    private JsonNode call(String method, Map<String, ?> params) {
        try {
            return page.ask(
                    "rpc-call", new JSONObject(new HashMap<>(params)).put("method", method));
        } catch (JSONException e) {
            throw new AssertionError(e);
        }
    }

    private static String resultOf(Client caller, String method) {
        return caller.ask("rpc-call", Map.of("method", method)).path("result").asString();
    }

    private static JsonNode answer(CompletableFuture<JsonNode> call) {
        try {
            return call.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not answered", e);
        }
    }

    private static List<String> kinds(Client client) {
        return client.events().stream().map(Client.Event::kind).toList();
    }

    private Rpc.Counts counts() {
        return rig.relay().rpc().counts(new AccountId(ada.account()));
    }

    private void assertNothingIsOn(int methods) {
        assertThat(counts()).isEqualTo(new Rpc.Counts(methods, 0, 0));
    }
}
