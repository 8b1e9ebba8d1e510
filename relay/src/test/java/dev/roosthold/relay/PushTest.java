package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.push.PushConfig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Phones and session events, with a push service of the documented form on this computer.
class PushTest {
    private static final Map<String, Object> OK = Map.of("status", "ok", "id", "ticket");

    private FakeService expo;
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        expo = new FakeService(PushTest::accepting);
        rig = rig(push -> push.withExpo(expo.at("/--/api/v2/push/send")));
        ada = rig.signsUp();
        Rows.session(ada, "s1", null);
    }

    @AfterEach
    void stop() {
        rig.close();
        expo.close();
    }

    @Test
    void tokensAreListedNewestFirstAndRegisteringAgainKeepsTheRow() {
        assertThat(ada.api().get("/v1/push-tokens").body().path("tokens")).isEmpty();
        register("ExponentPushToken[one]");
        rig.passes(Duration.ofSeconds(1));
        register("ExponentPushToken[two]");
        JsonNode first = tokens().get(1);
        rig.passes(Duration.ofSeconds(1));
        register("ExponentPushToken[one]");

        List<JsonNode> tokens = tokens();
        assertThat(tokens.stream().map(token -> token.path("token").asString()))
                .containsExactly("ExponentPushToken[two]", "ExponentPushToken[one]");
        assertThat(tokens.get(1).path("id")).isEqualTo(first.path("id"));
        assertThat(tokens.get(1).path("createdAt")).isEqualTo(first.path("createdAt"));
        assertThat(tokens.get(1).path("updatedAt").asLong()).isEqualTo(rig.now());
    }

    @Test
    void aTokenIsDeletedByItsPercentEncodedNameAndDeletingNothingSucceeds() {
        for (String token : List.of("ExponentPushToken[a/b]", "ä".repeat(1024), "100%")) {
            register(token);
            String path = "/v1/push-tokens/" + encoded(token);
            assertThat(ada.api().delete(path).status()).as(token).isEqualTo(200);
            assertThat(tokens()).as(token).isEmpty();
            assertThat(ada.api().delete(path).body().path("success").asBoolean()).isTrue();
        }
    }

    @Test
    void tokensThatNobodyHasAreRefused() {
        for (Object wrong : List.of("", "x".repeat(1025), "a\nb", 1, true, List.of(), Map.of())) {
            Answer answer = ada.api().post("/v1/push-tokens", Map.of("token", wrong));
            assertThat(answer.status()).as("%s", wrong).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/token ");
        }
        Answer missing = ada.api().post("/v1/push-tokens", Map.of());
        assertThat(missing.text("message"))
                .isEqualTo("body/token Invalid input: expected string, received undefined");
        assertThat(ada.api().raw("POST", "/v1/push-tokens", "{\"token\":\"\\ud800\"}").status())
                .isEqualTo(400);
        assertThat(tokens()).isEmpty();
    }

    @Test
    void theTokenRegisteredLongestAgoMakesRoomForTheHundredAndFirst() {
        for (int i = 0; i < 100; i++) {
            register("token-" + i);
        }
        rig.passes(Duration.ofSeconds(1));
        register("token-0");
        rig.passes(Duration.ofSeconds(1));
        register("one-more");

        assertThat(tokens().stream().map(token -> token.path("token").asString()))
                .hasSize(100)
                .contains("one-more", "token-0", "token-99")
                .doesNotContain("token-1");
    }

    @Test
    void aRevokedDeviceGetsNoMoreNotifications() {
        Person phone = rig.signsIn(ada.key());
        phone.api().post("/v1/push-tokens", Map.of("token", "lost phone"));
        register("kept phone");
        String device =
                phone.api()
                        .get("/v1/devices")
                        .body()
                        .valueStream()
                        .filter(row -> row.path("current").asBoolean())
                        .findFirst()
                        .orElseThrow()
                        .path("id")
                        .asString();

        assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);

        assertThat(tokens().stream().map(token -> token.path("token").asString()))
                .containsExactly("kept phone");
    }

    @Test
    void tokensOfOthersAndMachineCredentialsAreOutOfReach() {
        register("ada's");
        Person bob = rig.signsUp();
        assertThat(bob.api().get("/v1/push-tokens").body().path("tokens")).isEmpty();
        bob.api().delete("/v1/push-tokens/" + encoded("ada's"));
        assertThat(tokens()).hasSize(1);

        Api machine = rig.api().as(machineToken(rig.machineId()));
        assertThat(machine.get("/v1/push-tokens").status()).isEqualTo(403);
        assertThat(machine.post("/v1/push-tokens", Map.of("token", "x")).status()).isEqualTo(403);
        assertThat(machine.delete("/v1/push-tokens/x").status()).isEqualTo(403);
        assertThat(rig.api().get("/v1/push-tokens").status()).isEqualTo(401);
    }

    @Test
    void aSessionEventReachesSocketsOfTheSessionAndUsersAndNobodyElse() {
        Rows.session(ada, "s2", null);
        Client page = ada.page().connected();
        Client session = ada.session("s1").connected();
        Client other = ada.session("s2").connected();
        Client daemon = ada.daemon("m").connected();
        Client bob = rig.signsUp().page().connected();

        Answer answer = event("s1", Map.of("data", Map.of("k", 1)));

        assertThat(answer.body()).isEqualTo(json("{\"success\":true,\"result\":\"no_tokens\"}"));
        JsonNode expected =
                json(
                        """
                        {"type":"session-event","sessionId":"s1","kind":"done","title":"T",
                         "body":"B","timestamp":%d}"""
                                .formatted(rig.now()));
        assertThat(page.receives("session-event")).isEqualTo(expected);
        assertThat(session.receives("session-event")).isEqualTo(expected);
        for (Client stranger : List.of(other, daemon, bob)) {
            assertThat(stranger.settled().events("session-event")).isEmpty();
        }
    }

    @Test
    void sessionsOutOfReachLookAbsentAndNothingIsSent() {
        register("phone");
        Client page = ada.page().connected();
        String machine = rig.machineId();
        Api own = rig.api().as(machineToken(machine));
        Rows.session(ada, "made-by-machine", machine);

        assertThat(event("nope", Map.of()).error()).isEqualTo("Session not found");
        assertThat(event("nope", Map.of()).status()).isEqualTo(404);
        assertThat(event(rig.signsUp().api(), "s1", Map.of()).status()).isEqualTo(404);
        assertThat(event(own, "s1", Map.of()).status()).isEqualTo(404);
        assertThat(expo.received()).isEmpty();
        assertThat(page.settled().events("session-event")).isEmpty();

        assertThat(event(own, "made-by-machine", Map.of()).text("result")).isEqualTo("sent");
        assertThat(page.receives("session-event").path("sessionId").asString())
                .isEqualTo("made-by-machine");
    }

    @Test
    void wrongFieldsAreNamedAndNothingIsSent() {
        Client page = ada.page().connected();
        Map<String, List<Object>> wrong =
                Map.of(
                        "kind", List.of("x", "DONE", 1, true, List.of(), Map.of()),
                        "title", List.of("", "t".repeat(201), 1, true, List.of(), Map.of()),
                        "body", List.of("", "b".repeat(501), 1, true, List.of(), Map.of()),
                        "data", List.of("x", 1, true, List.of()));
        wrong.forEach(
                (field, values) -> {
                    for (Object value : values) {
                        Answer answer = event("s1", Map.of(field, value));
                        assertThat(answer.status()).as("%s = %s", field, value).isEqualTo(400);
                        assertThat(answer.text("message")).startsWith("body/" + field + " ");
                    }
                });
        Answer nothing = ada.api().post("/v1/sessions/s1/push-event", Map.of());
        assertThat(nothing.text("message")).contains("body/kind", "body/title", "body/body");
        assertThat(
                        ada.api()
                                .raw(
                                        "POST",
                                        "/v1/sessions/s1/push-event",
                                        "{\"kind\":\"done\",\"title\":\"t\",\"body\":\"b\",\"data\":null}")
                                .status())
                .isEqualTo(400);
        assertThat(page.settled().events("session-event")).isEmpty();
    }

    @Test
    void phonesGetTitleBodyAndDataInTheFormOfTheService() {
        register("ExponentPushToken[one]");

        Answer answer =
                event("s1", Map.of("kind", "question", "data", Map.of("k", 1, "kind", "mine")));

        assertThat(answer.body())
                .isEqualTo(
                        json(
                                """
                                {"success":true,"result":"sent","tokens":1,"delivered":1}"""));
        FakeService.Received request = expo.received().getFirst();
        assertThat(request.path()).isEqualTo("/--/api/v2/push/send");
        assertThat(request.header("content-type")).isEqualTo("application/json");
        assertThat(request.header("authorization")).isEmpty();
        assertThat(request.json())
                .isEqualTo(
                        json(
                                """
                                [{"to":"ExponentPushToken[one]","title":"T","body":"B",
                                  "sound":"default","channelId":"messages",
                                  "data":{"sessionId":"s1","k":1,"kind":"question"}}]"""));
    }

    @Test
    void nothingIsSentWhileAPersonIsLookingAndOnlyThen() {
        register("phone");
        Client page = ada.page().connected();
        assertThat(event("s1", Map.of()).text("result")).isEqualTo("sent");

        page.send("app-state", Map.of("state", "active"));
        page.settled();
        assertThat(event("s1", Map.of()).body())
                .isEqualTo(
                        json(
                                """
                                {"success":true,"result":"suppressed","reason":"active-ui-client"}"""));
        assertThat(page.settled().events("session-event")).hasSize(2);

        page.send("app-state", Map.of("state", "background"));
        page.settled();
        assertThat(event("s1", Map.of()).text("result")).isEqualTo("sent");

        Client looking =
                rig.connect(
                                Map.of(
                                        "token", ada.token(),
                                        "clientType", "user-scoped",
                                        "appState", "active"))
                        .connected();
        assertThat(event("s1", Map.of()).text("result")).isEqualTo("suppressed");
        looking.leaves();
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> event("s1", Map.of()).text("result").equals("sent"));
    }

    @Test
    void socketsOfSessionsMachinesAndStrangersAreNobodysEyes() {
        register("phone");
        for (var scope :
                List.of(
                        Map.of("clientType", "session-scoped", "sessionId", "s1"),
                        Map.of("clientType", "machine-scoped", "machineId", "m"))) {
            var auth = new HashMap<String, Object>(scope);
            auth.put("token", ada.token());
            auth.put("appState", "active");
            rig.connect(auth).connected().send("app-state", Map.of("state", "active"));
        }
        rig.connect(Map.of("token", rig.signsUp().token(), "appState", "active")).connected();

        assertThat(event("s1", Map.of()).text("result")).isEqualTo("sent");
    }

    @Test
    void aTokenThatTheServiceDoesNotKnowIsDeletedAndOtherFailuresAreNot() {
        rig.passes(Duration.ofSeconds(1));
        for (String token : List.of("good", "gone", "limited")) {
            register(token);
        }
        expo.behaves(
                request ->
                        tickets(
                                request,
                                to ->
                                        switch (to) {
                                            case "gone" -> error("DeviceNotRegistered");
                                            case "limited" -> error("MessageRateExceeded");
                                            default -> OK;
                                        }));

        Answer answer = event("s1", Map.of());

        assertThat(answer.text("result")).isEqualTo("partial");
        assertThat(answer.body().path("tokens").asInt()).isEqualTo(3);
        assertThat(answer.body().path("delivered").asInt()).isEqualTo(1);
        assertThat(answer.text("reason")).contains("MessageRateExceeded", "not-registered");
        assertThat(tokens().stream().map(token -> token.path("token").asString()))
                .containsExactlyInAnyOrder("good", "limited");
    }

    @Test
    void whateverTheServiceAnswersTheRequestSucceeds() {
        register("secret-token");
        var answers =
                List.of(
                        FakeService.Reply.of(503),
                        FakeService.Reply.of(200),
                        new FakeService.Reply(200, "<html>", ""),
                        new FakeService.Reply(200, "x".repeat(1 << 20), ""),
                        FakeService.Reply.json(200, Map.of("data", List.of())),
                        FakeService.Reply.json(200, Map.of("data", List.of(error("say <b>!</b>")))),
                        FakeService.Reply.json(
                                400, Map.of("errors", List.of(Map.of("code", "VALIDATION_ERROR")))),
                        new FakeService.Reply(302, "", "http://127.0.0.1:1/elsewhere"));
        var reasons = new ArrayList<String>();
        for (var answer : answers) {
            expo.behaves(_ -> answer);
            Answer event = event("s1", Map.of());
            assertThat(event.status()).isEqualTo(200);
            assertThat(event.text("result")).isEqualTo("failed");
            assertThat(event.body().toString()).doesNotContain("secret-token", "<b>");
            reasons.add(event.text("reason"));
        }
        assertThat(reasons)
                .containsExactly(
                        "status-503",
                        "no-ticket",
                        "no-ticket",
                        "unreachable",
                        "no-ticket",
                        "no-ticket",
                        "VALIDATION_ERROR",
                        "status-302");
        assertThat(tokens()).hasSize(1);

        expo.close();
        assertThat(event("s1", Map.of()).text("reason")).isEqualTo("unreachable");
    }

    @Test
    void aServiceThatDoesNotAnswerCostsOnlyThePatience() {
        expo.goesSilent();
        try (var impatient =
                rig(push -> push.withExpo(expo.at("/")).withPatience(Duration.ofMillis(300)))) {
            Person eve = impatient.signsUp();
            Rows.session(eve, "s1", null);
            eve.api().post("/v1/push-tokens", Map.of("token", "phone"));
            long begin = System.nanoTime();

            Answer answer = event(eve.api(), "s1", Map.of());

            assertThat(answer.text("result")).isEqualTo("failed");
            assertThat(answer.text("reason")).isEqualTo("timeout");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void withoutTheOperatorsWordNothingIsContacted() {
        try (var closed = rig(push -> push)) {
            Person eve = closed.signsUp();
            Rows.session(eve, "s1", null);
            eve.api().post("/v1/push-tokens", Map.of("token", "phone"));

            Answer answer = event(eve.api(), "s1", Map.of());

            assertThat(answer.text("result")).isEqualTo("failed");
            assertThat(answer.text("reason")).isEqualTo("expo-push-off");
        }
    }

    @Test
    void dataThatDoesNotFitIsLeftOutAndTheNotificationStillLeaves() {
        register("phone");

        assertThat(event("s1", Map.of("data", Map.of("big", "x".repeat(10_000)))).text("result"))
                .isEqualTo("sent");

        assertThat(expo.received().getFirst().json().path(0).path("data"))
                .isEqualTo(json("{\"sessionId\":\"s1\",\"kind\":\"done\"}"));
    }

    @Test
    void aTextCutInsideAnEmojiStillLeaves() {
        register("phone");
        Client page = ada.page().connected();
        String half =
                """
                {"kind":"done","title":"cut \\ud83d","body":"\\u0000","data":{"k":["\\ud800"]}}""";

        Answer answer = ada.api().raw("POST", "/v1/sessions/s1/push-event", half);

        assertThat(answer.text("result")).isEqualTo("sent");
        assertThat(page.receives("session-event").path("title").asString()).isEqualTo("cut ?");
        JsonNode message = expo.received().getFirst().json().path(0);
        assertThat(message.path("title").asString()).isEqualTo("cut ?");
        assertThat(message.path("data"))
                .isEqualTo(json("{\"sessionId\":\"s1\",\"k\":[\"?\"],\"kind\":\"done\"}"));
    }

    @Test
    void aSessionThatNeverStopsTalkingIsHeldBack() {
        register("phone");
        for (int i = 0; i < 60; i++) {
            assertThat(event("s1", Map.of()).text("result")).isEqualTo("sent");
        }
        assertThat(event("s1", Map.of()).text("reason")).isEqualTo("rate-limited");
        rig.passes(Duration.ofSeconds(1));
        assertThat(event("s1", Map.of()).text("result")).isEqualTo("sent");
    }

    private static RelayRig rig(UnaryOperator<PushConfig> push) {
        return RelayRig.start(config -> config.withPush(push.apply(config.push())));
    }

    private static FakeService.Reply accepting(FakeService.Received request) {
        return tickets(request, _ -> OK);
    }

    private static FakeService.Reply tickets(
            FakeService.Received request, Function<String, Map<String, Object>> ticket) {
        List<Map<String, Object>> tickets =
                request.json()
                        .valueStream()
                        .map(message -> ticket.apply(message.path("to").asString()))
                        .toList();
        return FakeService.Reply.json(200, Map.of("data", tickets));
    }

    private static Map<String, Object> error(String code) {
        return Map.of("status", "error", "message", "no", "details", Map.of("error", code));
    }

    private void register(String token) {
        Answer answer = ada.api().post("/v1/push-tokens", Map.of("token", token));
        assertThat(answer.body()).isEqualTo(json("{\"success\":true}"));
    }

    private List<JsonNode> tokens() {
        return ada.api().get("/v1/push-tokens").body().path("tokens").valueStream().toList();
    }

    private Answer event(String session, Map<String, ?> fields) {
        return event(ada.api(), session, fields);
    }

    private static Answer event(Api api, String session, Map<String, ?> fields) {
        var body = new HashMap<String, Object>(Map.of("kind", "done", "title", "T", "body", "B"));
        body.putAll(fields);
        return api.post("/v1/sessions/" + session + "/push-event", body);
    }

    private String machineToken(String machine) {
        String secret = ada.addsMachine(machine, "laptop");
        return rig.api()
                .post("/v1/machines/authenticate", Map.of("machineId", machine, "secret", secret))
                .text("token");
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
