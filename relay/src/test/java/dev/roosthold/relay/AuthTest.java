package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.relay.auth.Auth;
import dev.roosthold.relay.auth.Invites;
import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.limits.Rate;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Signing in, who may make an account, and ending credentials.
class AuthTest {

    @Test
    void theSameKeyReachesTheSameAccountWithAnotherToken() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Person again = rig.signsIn(ada.key());
            assertThat(again.account()).isEqualTo(ada.account());
            assertThat(again.token()).isNotEqualTo(ada.token()).matches("[A-Za-z0-9_-]{43}");
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
        }
    }

    @Test
    void aChallengeSignsInOnceAlsoAfterARestart() {
        try (var rig = RelayRig.start()) {
            var body = RelayRig.signIn(RelayRig.randomBytes(32));
            assertThat(rig.api().post("/v1/auth", body).status()).isEqualTo(200);
            assertRefused(rig.api().post("/v1/auth", body));
            rig.restarts();
            rig.passes(Duration.ofHours(3));
            assertRefused(rig.api().post("/v1/auth", body));
        }
    }

    @Test
    void ofSimultaneousRepeatsOfOneChallengeOneSignsIn() throws Exception {
        try (var rig = RelayRig.start();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var body = RelayRig.signIn(RelayRig.randomBytes(32));
            List<Callable<Integer>> calls =
                    IntStream.range(0, 10)
                            .<Callable<Integer>>mapToObj(
                                    _ -> () -> rig.api().post("/v1/auth", body).status())
                            .toList();
            assertThat(executor.invokeAll(calls).stream().map(Future::resultNow).toList())
                    .containsOnly(200, 401)
                    .containsOnlyOnce(200);
        }
    }

    @Test
    void everyWrongInputIsTheClientsFault() {
        try (var rig = RelayRig.start()) {
            var good = RelayRig.signIn(RelayRig.randomBytes(32));
            var other = RelayRig.signIn(RelayRig.randomBytes(32));
            for (String field : List.of("publicKey", "challenge", "signature")) {
                for (Object bad :
                        List.of("", "AAAA", "***", "\u0000", other.get(field), "A".repeat(201))) {
                    var body = new HashMap<String, Object>(good);
                    body.put(field, bad);
                    assertThat(rig.api().post("/v1/auth", body).status())
                            .as("%s = %s", field, bad)
                            .isIn(400, 401);
                }
                for (Object bad : List.of(1, true, 1.5, List.of("x"), Map.of("x", "y"))) {
                    var body = new HashMap<String, Object>(good);
                    body.put(field, bad);
                    Answer answer = rig.api().post("/v1/auth", body);
                    assertThat(answer.status()).isEqualTo(400);
                    assertThat(answer.text("message")).startsWith("body/" + field);
                }
            }
            for (String raw : List.of("[]", "null", "1", "\"x\"", "{", "[[[[", "")) {
                assertThat(rig.api().raw("POST", "/v1/auth", raw).status()).as(raw).isEqualTo(400);
            }
            assertThat(rig.api().post("/v1/auth", good).status()).isEqualTo(200);
        }
    }

    @Test
    void bearersAreAskedForBeforeAnythingElseIsJudged() {
        try (var rig = RelayRig.start()) {
            Answer none = rig.api().raw("POST", "/v1/account/settings", "{broken");
            assertThat(none.status()).isEqualTo(401);
            assertThat(none.error()).isEqualTo("Missing authorization header");
            Answer wrong = rig.api().as("x".repeat(43)).raw("POST", "/v1/machines", "{broken");
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(wrong.error()).isEqualTo("Invalid token");
        }
    }

    @ParameterizedTest
    @EnumSource(RegistrationPolicy.class)
    void theRelaySaysWhatANewAccountNeeds(RegistrationPolicy policy) {
        try (var rig = RelayRig.start(config -> config.withRegistration(policy))) {
            Answer relay = rig.api().get("/v1/web/relay");
            String expected =
                    switch (policy) {
                        case AUTO, OPEN -> "open";
                        case INVITE -> "invite";
                        case CLOSED -> "closed";
                    };
            assertThat(relay.text("registration")).isEqualTo(expected);
            assertThat(relay.text("version")).isNotEmpty();
            int status =
                    rig.api().post("/v1/auth", RelayRig.signIn(RelayRig.randomBytes(32))).status();
            assertThat(status).isEqualTo(expected.equals("open") ? 200 : 403);
        }
    }

    @Test
    void whereOthersCanReachTheRelayOnlyTheFirstAccountIsMade() {
        UnaryOperator<RelayConfig> isPublic =
                config -> config.withPublicUrl(URI.create("https://relay.example"));
        try (var rig = RelayRig.start(isPublic)) {
            assertThat(rig.api().get("/v1/web/relay").text("registration")).isEqualTo("open");
            Person first = rig.signsUp();
            assertClosed(rig);
            assertThat(rig.signsIn(first.key()).account()).isEqualTo(first.account());
        }
    }

    @Test
    void aProxyInFrontClosesRegistrationForGood() {
        try (var rig = RelayRig.start()) {
            rig.signsUp();
            rig.signsUp();
            rig.api().with("X-Forwarded-For", "192.0.2.1").get("/v1/web/relay");
            assertClosed(rig);
            rig.restarts();
            assertClosed(rig);
        }
    }

    @Test
    void anInviteMakesAsManyAccountsAsItSaysAndEnds() {
        try (var rig =
                RelayRig.start(config -> config.withRegistration(RegistrationPolicy.INVITE))) {
            String code = Invites.create(rig.relay().store(), 2, Duration.ofHours(1)).code();
            assertThat(signUp(rig, "wrong").status()).isEqualTo(403);
            assertThat(signUp(rig, code).status()).isEqualTo(200);
            assertThat(signUp(rig, code).status()).isEqualTo(200);
            assertThat(signUp(rig, code).error()).isEqualTo("Registration is closed");
            String late = Invites.create(rig.relay().store(), 2, Duration.ofHours(1)).code();
            rig.passes(Duration.ofHours(2));
            assertThat(signUp(rig, late).status()).isEqualTo(403);
        }
    }

    @Test
    void anInviteForOneMakesOneAccountHoweverManyTryAtOnce() throws Exception {
        try (var rig =
                        RelayRig.start(
                                config -> config.withRegistration(RegistrationPolicy.INVITE));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            String code = Invites.create(rig.relay().store(), 1, Duration.ofHours(1)).code();
            List<Callable<Integer>> calls =
                    IntStream.range(0, 20)
                            .<Callable<Integer>>mapToObj(_ -> () -> signUp(rig, code).status())
                            .toList();
            assertThat(executor.invokeAll(calls).stream().map(Future::resultNow).toList())
                    .containsOnly(200, 403)
                    .containsOnlyOnce(200);
            assertThat(Invites.list(rig.relay().store(), rig.now())).isEmpty();
        }
    }

    @Test
    void onlyOneOfManyIsTheFirstAccountWhereOthersCanReachTheRelay() throws Exception {
        UnaryOperator<RelayConfig> isPublic =
                config -> config.withPublicUrl(URI.create("https://relay.example"));
        try (var rig = RelayRig.start(isPublic);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls =
                    IntStream.range(0, 20)
                            .<Callable<Integer>>mapToObj(
                                    _ ->
                                            () ->
                                                    rig.api()
                                                            .post(
                                                                    "/v1/auth",
                                                                    RelayRig.signIn(
                                                                            RelayRig.randomBytes(
                                                                                    32)))
                                                            .status())
                            .toList();
            assertThat(executor.invokeAll(calls).stream().map(Future::resultNow).toList())
                    .containsOnly(200, 403)
                    .containsOnlyOnce(200);
        }
    }

    @Test
    void anInviteWorksWhereRegistrationClosedByItselfAndNotWhereItIsClosedForAll() {
        UnaryOperator<RelayConfig> isPublic =
                config -> config.withPublicUrl(URI.create("https://relay.example"));
        try (var rig = RelayRig.start(isPublic)) {
            rig.signsUp();
            assertClosed(rig);
            var store = rig.relay().store();
            Invites.Created invite = Invites.create(store, 2, Duration.ofHours(1));
            assertThat(rig.api().get("/v1/web/relay").text("registration")).isEqualTo("invite");
            assertThat(signUp(rig, invite.code()).status()).isEqualTo(200);
            assertThat(Invites.list(store, rig.now()).getFirst().usesLeft()).isEqualTo(1);
            assertThat(Invites.list(store, rig.now()).getFirst().id()).isEqualTo(invite.id());
            assertThat(Invites.revoke(store, invite.id())).isTrue();
            assertThat(Invites.revoke(store, invite.id())).isFalse();
            assertClosed(rig);
            assertThat(signUp(rig, invite.code()).status()).isEqualTo(403);
            Invites.Created second = Invites.create(store, 1, Duration.ofHours(1));
            assertThat(Invites.revoke(store, second.code())).isTrue();
        }
        try (var rig =
                RelayRig.start(config -> config.withRegistration(RegistrationPolicy.CLOSED))) {
            String code = Invites.create(rig.relay().store(), 1, Duration.ofHours(1)).code();
            assertThat(rig.api().get("/v1/web/relay").text("registration")).isEqualTo("closed");
            assertThat(signUp(rig, code).status()).isEqualTo(403);
        }
    }

    @Test
    void aKnownAccountSignsInWithoutUsingUpTheInviteItSends() {
        try (var rig =
                RelayRig.start(config -> config.withRegistration(RegistrationPolicy.INVITE))) {
            String code = Invites.create(rig.relay().store(), 2, Duration.ofHours(1)).code();
            byte[] key = RelayRig.randomBytes(32);
            for (int i = 0; i < 3; i++) {
                var body = new HashMap<String, Object>(RelayRig.signIn(key));
                body.put("invite", code);
                assertThat(rig.api().post("/v1/auth", body).status()).isEqualTo(200);
            }
            assertThat(Invites.list(rig.relay().store(), rig.now()).getFirst().usesLeft())
                    .isEqualTo(1);
        }
    }

    @Test
    void theListOfDevicesSaysWhatEachIs() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String machine = rig.machineId();
            String secret = ada.addsMachine(machine, "attic");
            rig.api()
                    .with("X-Happy-Client", "daemon/1.0")
                    .post(
                            "/v1/machines/authenticate",
                            Map.of("machineId", machine, "secret", secret));
            String key = key();
            Map<String, String> terminal = Map.of("publicKey", key);
            poll(rig, terminal);
            approve(ada, key, "cg==");
            rig.api().with("User-Agent", "curl/8").post("/v1/auth/request", terminal);
            rig.passes(Duration.ofMinutes(2));
            var devices = ada.api().get("/v1/devices").body();
            assertThat(devices.valueStream().map(device -> device.path("kind").asString()))
                    .containsExactlyInAnyOrder("app", "machine", "terminal");
            for (JsonNode device : devices) {
                assertThat(device.propertyNames())
                        .containsExactlyInAnyOrder(
                                "id",
                                "kind",
                                "name",
                                "machineId",
                                "createdAt",
                                "lastSeen",
                                "lastAddress",
                                "current");
                boolean isMachine = device.path("kind").asString().equals("machine");
                assertThat(device.path("machineId").asString(""))
                        .isEqualTo(isMachine ? machine : "");
                boolean isCurrent = device.path("current").asBoolean();
                assertThat(isCurrent).isEqualTo(device.path("kind").asString().equals("app"));
                assertThat(device.path("lastSeen").asLong())
                        .isEqualTo(isCurrent ? rig.now() : device.path("createdAt").asLong());
            }
            assertThat(devices.valueStream().map(device -> device.path("name").asString()))
                    .contains("daemon/1.0", "curl/8");
        }
    }

    @Test
    void aDeviceCanEndItself() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String own = ada.api().get("/v1/devices").body().get(0).path("id").asString();
            assertThat(ada.api().delete("/v1/devices/" + own).status()).isEqualTo(200);
            assertThat(ada.api().get("/v1/devices").status()).isEqualTo(401);
        }
    }

    @Test
    void revokingADeviceEndsItsSocketsAndItsToken() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Person phone = rig.signsIn(ada.key());
            Client page = phone.page().connected();
            JsonNode device =
                    ada.api()
                            .get("/v1/devices")
                            .body()
                            .valueStream()
                            .filter(listed -> !listed.path("current").asBoolean())
                            .findFirst()
                            .orElseThrow();
            String path = "/v1/devices/" + device.path("id").asString();
            assertThat(rig.signsUp().api().delete(path).status()).isEqualTo(404);

            assertThat(ada.api().delete(path).status()).isEqualTo(200);

            assertThat(page.end()).isEqualTo("transport close");
            assertThat(phone.api().get("/v1/account/profile").error()).isEqualTo("Invalid token");
            assertThat(phone.page().outcome()).isEqualTo("Invalid authentication token");
            assertThat(ada.api().get("/v1/devices").body()).hasSize(1);
        }
    }

    @Test
    void devicesAreNamedAfterTheirClientUntilTheyAreRenamed() {
        try (var rig = RelayRig.start()) {
            byte[] key = RelayRig.randomBytes(32);
            String token =
                    rig.api()
                            .with("X-Happy-Client", "web/1.7.0")
                            .post("/v1/auth", RelayRig.signIn(key))
                            .text("token");
            Api api = rig.api().as(token);
            JsonNode device = api.get("/v1/devices").body().get(0);
            assertThat(device.path("name").asString()).isEqualTo("web/1.7.0");
            assertThat(device.path("kind").asString()).isEqualTo("web");
            assertThat(device.path("lastAddress").asString()).isEqualTo("127.0.0.1");
            String path = "/v1/devices/" + device.path("id").asString();
            assertThat(api.patch(path, Map.of("name", "my page")).status()).isEqualTo(200);
            assertThat(api.patch(path, Map.of("name", "\n")).status()).isEqualTo(400);
            assertThat(api.get("/v1/devices").body().get(0).path("name").asString())
                    .isEqualTo("my page");
        }
    }

    @Test
    void aTerminalIsLetInAndItsPairingEnds() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String key = key();
            var request = Map.of("publicKey", key, "supportsV2", true);
            assertThat(poll(rig, request).text("state")).isEqualTo("requested");
            approve(ada, key, "c2VhbGVk");

            Answer authorized = poll(rig, request);

            assertThat(authorized.text("state")).isEqualTo("authorized");
            assertThat(authorized.text("response")).isEqualTo("c2VhbGVk");
            assertThat(authorized.text("token")).matches("[A-Za-z0-9_-]{43}");
            Answer again = poll(rig, request);
            assertThat(again.text("state")).isEqualTo("requested");
            assertThat(again.body().has("token")).isFalse();
            assertThat(status(rig, key)).isEqualTo("authorized");
            Api terminal = rig.api().as(authorized.text("token"));
            assertThat(terminal.get("/v1/account/profile").text("id")).isEqualTo(ada.account());
            rig.passes(Duration.ofMinutes(4));
            assertThat(poll(rig, request).text("state")).isEqualTo("requested");
            assertThat(status(rig, key)).isEqualTo("authorized");
            rig.passes(Duration.ofMinutes(1));
            assertThat(status(rig, key)).isEqualTo("not_found");
            assertThat(poll(rig, request).text("state")).isEqualTo("requested");
            assertThat(status(rig, key)).isEqualTo("pending");
            assertThat(terminal.get("/v1/account/profile").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/auth/request", "/v1/auth/account/request"})
    void ofSimultaneousPollsOneGetsTheToken(String path) throws Exception {
        try (var rig = RelayRig.start();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Person ada = rig.signsUp();
            String key = key();
            Map<String, String> request = Map.of("publicKey", key);
            rig.api().post(path, request);
            ada.api()
                    .post(
                            path.replace("/request", "/response"),
                            Map.of("publicKey", key, "response", "cg=="));
            List<Callable<Answer>> polls =
                    IntStream.range(0, 20)
                            .<Callable<Answer>>mapToObj(_ -> () -> rig.api().post(path, request))
                            .toList();
            List<Answer> answers =
                    executor.invokeAll(polls).stream().map(Future::resultNow).toList();
            assertThat(answers.stream().map(answer -> answer.text("state")).toList())
                    .containsOnly("authorized", "requested")
                    .containsOnlyOnce("authorized");
            assertThat(ada.api().get("/v1/devices").body()).hasSize(2);
        }
    }

    @Test
    void anApprovedPairingThatNobodyPicksUpEnds() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String key = key();
            poll(rig, Map.of("publicKey", key));
            approve(ada, key, "c2VhbGVk");
            rig.passes(Duration.ofMinutes(10));
            assertThat(status(rig, key)).isEqualTo("not_found");
            assertThat(poll(rig, Map.of("publicKey", key)).text("state")).isEqualTo("requested");
            assertThat(ada.api().get("/v1/devices").body()).hasSize(1);
        }
    }

    @Test
    void whatWasPickedUpIsNotStoredAnyMore() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String key = key();
            poll(rig, Map.of("publicKey", key));
            approve(ada, key, "c2VhbGVk");
            poll(rig, Map.of("publicKey", key));
            Optional<String> kept =
                    rig.relay()
                            .store()
                            .readNow(
                                    sql ->
                                            sql.list(
                                                            "SELECT response FROM pairing",
                                                            row ->
                                                                    Optional.ofNullable(
                                                                            row.getString(1)))
                                                    .getFirst());
            assertThat(kept).isEmpty();
        }
    }

    @Test
    void anUnansweredPairingEndsAfterTenMinutesAndCanStartAgain() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String key = key();
            poll(rig, Map.of("publicKey", key));
            rig.passes(Duration.ofMinutes(9));
            assertThat(status(rig, key)).isEqualTo("pending");
            rig.passes(Duration.ofMinutes(1));
            assertThat(status(rig, key)).isEqualTo("not_found");
            Answer late =
                    ada.api().post("/v1/auth/response", Map.of("publicKey", key, "response", "x"));
            assertThat(late.status()).isEqualTo(404);
            poll(rig, Map.of("publicKey", key));
            assertThat(status(rig, key)).isEqualTo("pending");
        }
    }

    @Test
    void aPairingSurvivesARestartAndARevokedTerminalStartsAgain() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String key = key();
            poll(rig, Map.of("publicKey", key));
            approve(ada, key, "c2VhbGVk");
            rig.restarts();
            Answer authorized = poll(rig, Map.of("publicKey", key));
            assertThat(authorized.text("state")).isEqualTo("authorized");
            for (JsonNode device : ada.api().get("/v1/devices").body()) {
                if (device.path("kind").asString().equals("terminal")) {
                    ada.api().delete("/v1/devices/" + device.path("id").asString());
                }
            }
            assertThat(poll(rig, Map.of("publicKey", key)).text("state")).isEqualTo("requested");
            assertThat(rig.api().as(authorized.text("token")).get("/v1/devices").status())
                    .isEqualTo(401);
        }
    }

    @Test
    void tooManyPairingPollsFromOneAddressAreRefusedForAMoment() {
        UnaryOperator<RelayConfig> strict =
                config ->
                        config.withLimits(
                                config.limits()
                                        .withAuth(new Auth.Rates(new Rate(3, 1), new Rate(3, 1))));
        try (var rig = RelayRig.start(strict)) {
            for (int i = 0; i < 3; i++) {
                assertThat(poll(rig, Map.of("publicKey", key())).status()).isEqualTo(200);
            }
            String path = "/v1/auth/request";
            var request = Map.of("publicKey", key());
            assertThat(rig.api().post(path, request).status()).isEqualTo(429);
            assertThat(rig.api().post("/v1/auth/account/request", request).status()).isEqualTo(429);
            assertThat(rig.api().get(path + "/status?publicKey=x").status()).isEqualTo(429);
            rig.passes(Duration.ofSeconds(2));
            assertThat(rig.api().post(path, request).status()).isEqualTo(200);
        }
    }

    @Test
    void tooManySignInsFromOneAddressAreRefusedForAMoment() {
        UnaryOperator<RelayConfig> strict =
                config ->
                        config.withLimits(
                                config.limits()
                                        .withAuth(new Auth.Rates(new Rate(3, 1), new Rate(3, 1))));
        try (var rig = RelayRig.start(strict)) {
            for (int i = 0; i < 3; i++) {
                rig.signsUp();
            }
            var body = RelayRig.signIn(RelayRig.randomBytes(32));
            assertThat(rig.api().post("/v1/auth", body).status()).isEqualTo(429);
            rig.passes(Duration.ofSeconds(2));
            assertThat(rig.api().post("/v1/auth", body).status()).isEqualTo(200);
        }
    }

    private static Answer signUp(RelayRig rig, String invite) {
        var body = new HashMap<String, Object>(RelayRig.signIn(RelayRig.randomBytes(32)));
        body.put("invite", invite);
        return rig.api().post("/v1/auth", body);
    }

    private static Answer poll(RelayRig rig, Map<String, ?> request) {
        return rig.api().post("/v1/auth/request", request);
    }

    private static String status(RelayRig rig, String key) {
        String query = URLEncoder.encode(key, StandardCharsets.UTF_8);
        return rig.api().get("/v1/auth/request/status?publicKey=" + query).text("status");
    }

    private static void approve(Person person, String key, String response) {
        Answer answer =
                person.api()
                        .post("/v1/auth/response", Map.of("publicKey", key, "response", response));
        assertThat(answer.status()).isEqualTo(200);
    }

    private static String key() {
        return Base64.getEncoder().encodeToString(RelayRig.randomBytes(32));
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.error()).isEqualTo("Invalid signature");
    }

    private static void assertClosed(RelayRig rig) {
        assertThat(rig.api().get("/v1/web/relay").text("registration")).isEqualTo("closed");
        Answer refused = rig.api().post("/v1/auth", RelayRig.signIn(RelayRig.randomBytes(32)));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.error()).isEqualTo("Registration is closed");
    }
}
