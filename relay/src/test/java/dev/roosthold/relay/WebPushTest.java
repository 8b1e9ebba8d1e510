package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Browsers, with a push service on this computer.
class WebPushTest {
    private static final String SUBSCRIPTIONS = "/v1/web/push/subscriptions";

    private FakeService service;
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        service = new FakeService(_ -> FakeService.Reply.of(201));
        rig =
                RelayRig.start(
                        config ->
                                config.withPush(
                                        config.push()
                                                .withTrusted(
                                                        uri -> "127.0.0.1".equals(uri.getHost()))));
        ada = rig.signsUp();
        Rows.session(ada, "s1", null);
    }

    @AfterEach
    void stop() {
        rig.close();
        service.close();
    }

    @Test
    void aBrowserReadsWhatASessionSaid() {
        var browser = new Browser();
        subscribe(browser, "/send/abc");

        Answer answer =
                event(Map.of("kind", "permission", "title", "Größe", "data", Map.of("k", 1)));

        assertThat(answer.body())
                .isEqualTo(
                        json(
                                """
                                {"success":true,"result":"sent","tokens":1,"delivered":1}"""));
        FakeService.Received request = service.received().getFirst();
        assertThat(request.path()).isEqualTo("/send/abc");
        assertThat(request.header("content-encoding")).isEqualTo("aes128gcm");
        assertThat(request.header("ttl")).isEqualTo("86400");
        assertThat(request.header("urgency")).isEqualTo("high");
        assertThat(json(browser.reads(request.body())))
                .isEqualTo(
                        json(
                                """
                                {"title":"Größe","body":"B",
                                 "data":{"sessionId":"s1","k":1,"kind":"permission"}}"""));
        assertThat(new String(request.body(), StandardCharsets.ISO_8859_1)).doesNotContain("s1");
    }

    @Test
    void withAListSubscriptionsOfOtherServicesAreRefused() {
        try (var listed =
                RelayRig.start(
                        config ->
                                config.withPush(
                                        config.push().withHosts(List.of("push.example"))))) {
            Api bob = listed.signsUp().api();
            var browser = new Browser();
            for (String host : List.of("push.example", "eu.push.example")) {
                var good = browser.subscription("https://" + host + "/a");
                assertThat(bob.post(SUBSCRIPTIONS, good).status()).isEqualTo(200);
            }
            var other = browser.subscription("https://other.example/a");
            assertThat(bob.post(SUBSCRIPTIONS, other).status()).isEqualTo(400);
        }
    }

    @Test
    void theSignatureIsTheRelaysAndForThisServiceOnly() throws GeneralSecurityException {
        subscribe(new Browser(), "/send/abc");
        event(Map.of());

        String header = service.received().getFirst().header("authorization");
        assertThat(header).matches("vapid t=[\\w-]+\\.[\\w-]+\\.[\\w-]{86}, k=[\\w-]{87}");
        String key = header.substring(header.indexOf(", k=") + 4);
        assertThat(ada.api().get("/v1/web/push/key").body())
                .isEqualTo(json("{\"publicKey\":\"" + key + "\"}"));
        String token = header.substring("vapid t=".length(), header.indexOf(','));
        String[] parts = token.split("\\.");
        assertThat(json(text(parts[0]))).isEqualTo(json("{\"typ\":\"JWT\",\"alg\":\"ES256\"}"));
        JsonNode claims = json(text(parts[1]));
        String origin = service.at("").toString();
        assertThat(claims.path("aud").asString()).isEqualTo(origin);
        assertThat(claims.path("sub").asString()).startsWith("mailto:");
        assertThat(claims.path("exp").asLong())
                .isGreaterThan(rig.now() / 1000)
                .isLessThan(rig.now() / 1000 + Duration.ofHours(24).toSeconds());
        var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(Browser.publicKey(Base64.getUrlDecoder().decode(key)));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void theKeyIsMadeOnTheFirstStartAndStaysAndOnlyItsOwnerMayReadIt() throws IOException {
        Path file = rig.config().dataDirectory().resolve("web-push.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        JsonNode key = ada.api().get("/v1/web/push/key").body();

        rig.restarts();

        assertThat(ada.api().get("/v1/web/push/key").body()).isEqualTo(key);
        String secret = Codec.parse(Files.readAllBytes(file)).path("privateKey").asString();
        assertThat(key.toString()).doesNotContain(secret);
    }

    @Test
    void aDamagedKeyStopsTheStartAndIsNotShown() throws IOException {
        Path file = rig.config().dataDirectory().resolve("web-push.json");
        byte[] before = Files.readAllBytes(file);
        rig.relay().close();
        for (String damaged : List.of("", "{", "{\"publicKey\":\"abc\"}", "secret")) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> Relay.start(rig.config()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("web-push.json is damaged")
                    .hasMessageNotContaining("secret");
        }
        Files.write(file, before);
        rig.restarts();
    }

    @Test
    void aSubscriptionThatItsServiceDoesNotKnowIsDeletedAndOtherFailuresAreNot() {
        for (String path : List.of("/404", "/410", "/429", "/500", "/400", "/201")) {
            subscribe(new Browser(), path);
        }
        service.behaves(
                request -> FakeService.Reply.of(Integer.parseInt(request.path().substring(1))));

        Answer answer = event(Map.of());

        assertThat(answer.text("result")).isEqualTo("partial");
        assertThat(answer.body().path("tokens").asInt()).isEqualTo(6);
        assertThat(answer.body().path("delivered").asInt()).isEqualTo(1);
        assertThat(answer.text("reason"))
                .contains("not-registered", "status-429", "status-500", "status-400");
        assertThat(event(Map.of()).body().path("tokens").asInt()).isEqualTo(4);
    }

    @Test
    void aRedirectIsNotFollowed() {
        subscribe(new Browser(), "/moved");
        service.behaves(
                request ->
                        request.path().equals("/moved")
                                ? new FakeService.Reply(307, "", service.at("/inside").toString())
                                : FakeService.Reply.of(201));

        assertThat(event(Map.of()).text("reason")).isEqualTo("status-307");
        assertThat(service.received()).hasSize(1);
    }

    @Test
    void aNameThatLeadsInsideIsRefusedWhenItIsUsed() {
        int port = service.at("/").getPort();
        Answer subscribed =
                ada.api()
                        .post(
                                SUBSCRIPTIONS,
                                new Browser().subscription("https://localhost:" + port + "/x"));
        assertThat(subscribed.status()).isEqualTo(200);

        Answer answer = event(Map.of());

        assertThat(answer.text("result")).isEqualTo("failed");
        assertThat(answer.text("reason")).isEqualTo("address-not-public");
        assertThat(service.received()).isEmpty();
    }

    @Test
    void addressesInsideAndBrokenOnesAreRefusedAtOnce() {
        for (String endpoint :
                List.of(
                        "http://push.example/x",
                        "https://10.0.0.1/x",
                        "https://169.254.169.254/latest/meta-data",
                        "https://[::1]/x",
                        "https://me:pw@push.example/x",
                        "not a url",
                        "file:///etc/passwd",
                        "https://push.example/" + "x".repeat(2048))) {
            Answer answer = ada.api().post(SUBSCRIPTIONS, new Browser().subscription(endpoint));
            assertThat(answer.status()).as(endpoint).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/endpoint ");
        }
        assertThat(event(Map.of()).text("result")).isEqualTo("no_tokens");
    }

    @Test
    void keysThatAreNoneAreRefusedAndNamed() {
        String endpoint = service.at("/x").toString();
        Map<?, ?> good = (Map<?, ?>) new Browser().subscription(endpoint).get("keys");
        String offCurve = Base64.getUrlEncoder().withoutPadding().encodeToString(uncompressed());
        for (Object wrong : List.of("", "?", "AAAA", offCurve, "A".repeat(200), 1, List.of())) {
            for (String name : List.of("p256dh", "auth")) {
                var keys = new HashMap<Object, Object>(good);
                keys.put(name, wrong);
                Answer answer =
                        ada.api().post(SUBSCRIPTIONS, Map.of("endpoint", endpoint, "keys", keys));
                assertThat(answer.status()).as("%s = %s", name, wrong).isEqualTo(400);
                assertThat(answer.text("message")).startsWith("body/keys/" + name + " ");
            }
        }
        for (String body : List.of("{}", "[]", "{\"keys\":null}", "{\"keys\":[]}")) {
            assertThat(ada.api().raw("POST", SUBSCRIPTIONS, body).status()).isEqualTo(400);
        }
        assertThat(ada.api().raw("DELETE", SUBSCRIPTIONS, "{}").status()).isEqualTo(400);
    }

    @Test
    void phonesAndBrowsersAreCountedTogether() {
        subscribe(new Browser(), "/x");
        ada.api().post("/v1/push-tokens", Map.of("token", "phone"));

        Answer answer = event(Map.of());

        assertThat(answer.body())
                .isEqualTo(
                        json(
                                """
                                {"success":true,"result":"partial","tokens":2,"delivered":1,
                                 "reason":"expo-push-off"}"""));
    }

    @Test
    void unsubscribingEndsItAndUnsubscribingAgainSucceeds() {
        subscribe(new Browser(), "/x");
        var body = Map.of("endpoint", service.at("/x").toString());
        assertThat(rig.signsUp().api().call("DELETE", SUBSCRIPTIONS, body).status()).isEqualTo(200);
        assertThat(event(Map.of()).text("result")).isEqualTo("sent");

        for (int i = 0; i < 2; i++) {
            assertThat(ada.api().call("DELETE", SUBSCRIPTIONS, body).body())
                    .isEqualTo(json("{\"success\":true}"));
        }
        assertThat(event(Map.of()).text("result")).isEqualTo("no_tokens");
    }

    @Test
    void subscribingAgainReplacesTheKeys() {
        subscribe(new Browser(), "/x");
        var browser = new Browser();
        subscribe(browser, "/x");

        assertThat(event(Map.of()).body().path("tokens").asInt()).isEqualTo(1);
        assertThat(browser.reads(service.received().getFirst().body())).contains("\"title\":\"T\"");
    }

    @Test
    void aBrowserBelongsToTheAccountThatSubscribedLast() {
        var browser = new Browser();
        subscribe(browser, "/x");
        Person bob = rig.signsUp();
        bob.api().post(SUBSCRIPTIONS, browser.subscription(service.at("/x").toString()));

        assertThat(event(Map.of()).text("result")).isEqualTo("no_tokens");
    }

    @Test
    void theAddressAloneTakesABrowserFromNobody() {
        var browser = new Browser();
        subscribe(browser, "/x");
        Person bob = rig.signsUp();

        Answer answer =
                bob.api()
                        .post(
                                SUBSCRIPTIONS,
                                new Browser().subscription(service.at("/x").toString()));

        assertThat(answer.body()).isEqualTo(json("{\"success\":true}"));
        assertThat(event(Map.of()).text("result")).isEqualTo("sent");
        assertThat(browser.reads(service.received().getFirst().body())).contains("\"title\":\"T\"");
    }

    @Test
    void theSecretOfABrowserIsNotInTheDatabaseAndOpensAfterARestart() {
        var browser = new Browser();
        subscribe(browser, "/x");
        byte[] secret = secretOf(browser);

        assertThat(storedSecret()).hasSizeGreaterThan(16);
        assertThat(new String(storedSecret(), StandardCharsets.ISO_8859_1))
                .doesNotContain(new String(secret, StandardCharsets.ISO_8859_1));

        rig.restarts();

        event(Map.of());
        assertThat(browser.reads(service.received().getFirst().body())).contains("\"title\":\"T\"");
    }

    @Test
    void whatAnOlderRelayStoredInClearIsEncryptedAtTheStart() {
        var browser = new Browser();
        subscribe(browser, "/x");
        byte[] secret = secretOf(browser);
        rig.relay()
                .store()
                .writeNow(tx -> tx.execute("UPDATE web_push_subscription SET auth = ?", secret));

        rig.restarts();

        assertThat(storedSecret()).hasSizeGreaterThan(16);
        event(Map.of());
        assertThat(browser.reads(service.received().getFirst().body())).contains("\"title\":\"T\"");
    }

    private static byte[] secretOf(Browser browser) {
        JsonNode subscription = json(Codec.printText(browser.subscription("")));
        return Base64.getUrlDecoder().decode(subscription.path("keys").path("auth").asString());
    }

    private byte[] storedSecret() {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first(
                                        "SELECT auth FROM web_push_subscription",
                                        row -> row.getBytes(1)))
                .orElseThrow();
    }

    @Test
    void aSubscriptionEndsWithItsDevice() {
        Person laptop = rig.signsIn(ada.key());
        laptop.api().post(SUBSCRIPTIONS, new Browser().subscription(service.at("/x").toString()));
        assertThat(event(Map.of()).text("result")).isEqualTo("sent");
        String device =
                laptop.api()
                        .get("/v1/devices")
                        .body()
                        .valueStream()
                        .filter(row -> row.path("current").asBoolean())
                        .findFirst()
                        .orElseThrow()
                        .path("id")
                        .asString();

        assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);

        assertThat(event(Map.of()).text("result")).isEqualTo("no_tokens");
    }

    @Test
    void theSubscriptionMadeLongestAgoMakesRoomForTheFiftyFirst() {
        var browser = new Browser();
        for (int i = 0; i < 51; i++) {
            subscribe(browser, "/" + i);
            rig.clock().pass(Duration.ofMillis(1));
        }

        assertThat(event(Map.of()).body().path("delivered").asInt()).isEqualTo(50);
        assertThat(service.received().stream().map(FakeService.Received::path))
                .contains("/1", "/50")
                .doesNotContain("/0");
    }

    @Test
    void machineCredentialsReachNothingOfIt() {
        String machine = rig.machineId();
        String secret = ada.addsMachine(machine, "laptop");
        Api own =
                rig.api()
                        .as(
                                rig.api()
                                        .post(
                                                "/v1/machines/authenticate",
                                                Map.of("machineId", machine, "secret", secret))
                                        .text("token"));

        assertThat(own.get("/v1/web/push/key").status()).isEqualTo(403);
        assertThat(own.post(SUBSCRIPTIONS, Map.of()).status()).isEqualTo(403);
        assertThat(own.call("DELETE", SUBSCRIPTIONS, Map.of()).status()).isEqualTo(403);
        assertThat(rig.api().get("/v1/web/push/key").status()).isEqualTo(401);
    }

    private void subscribe(Browser browser, String path) {
        Answer answer =
                ada.api().post(SUBSCRIPTIONS, browser.subscription(service.at(path).toString()));
        assertThat(answer.body()).isEqualTo(json("{\"success\":true}"));
    }

    private Answer event(Map<String, ?> fields) {
        var body = new HashMap<String, Object>(Map.of("kind", "done", "title", "T", "body", "B"));
        body.putAll(fields);
        return ada.api().post("/v1/sessions/s1/push-event", body);
    }

    private static byte[] uncompressed() {
        byte[] point = new byte[65];
        point[0] = 4;
        point[64] = 1;
        return point;
    }

    private static String text(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
