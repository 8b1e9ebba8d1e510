package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.roosthold.relay.auth.Invites;
import dev.roosthold.relay.auth.RegistrationPolicy;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// What the relay logs at the most talkative level, while everything secret that can be sent to it
/// is sent to it.
@Timeout(60)
class LogSecrecyTest {
    private static final String MARK = "canary";

    /// Every route with a place for something secret, right and wrong.
    private static final List<String> ROUTES =
            List.of(
                    "GET /",
                    "GET /health",
                    "GET /v1/account/profile",
                    "GET /v1/account/settings",
                    "POST /v1/account/settings",
                    "GET /v1/artifacts",
                    "POST /v1/artifacts",
                    "POST /v1/artifacts/canary-id",
                    "DELETE /v1/artifacts/canary-id",
                    "POST /v1/auth",
                    "POST /v1/auth/request",
                    "GET /v1/auth/request/status",
                    "POST /v1/auth/response",
                    "POST /v1/auth/account/request",
                    "POST /v1/auth/account/response",
                    "GET /v1/changes",
                    "POST /v1/connect/openai/register",
                    "GET /v1/connect/openai/token",
                    "DELETE /v1/connect/openai",
                    "GET /v1/connect/github/callback",
                    "POST /v1/connect/github/webhook",
                    "DELETE /v1/devices/canary-id",
                    "PATCH /v1/devices/canary-id",
                    "GET /v1/feed",
                    "POST /v1/friends/add",
                    "GET /v1/kv/canary-key",
                    "POST /v1/kv",
                    "POST /v1/kv/bulk",
                    "POST /v1/machines",
                    "GET /v1/machines/canary-id",
                    "POST /v1/machines/authenticate",
                    "POST /v1/push-tokens",
                    "DELETE /v1/push-tokens/canary-token",
                    "POST /v1/sessions",
                    "GET /v1/sessions/canary-id/messages",
                    "POST /v1/sessions/canary-id/attachments/request-upload",
                    "POST /v1/sessions/canary-id/attachments/request-download",
                    "POST /v1/sessions/canary-id/push-event",
                    "POST /v3/sessions/canary-id/messages",
                    "POST /v1/usage/query",
                    "GET /v1/user/search",
                    "POST /v1/version",
                    "POST /v1/voice/conversations",
                    "POST /v1/web/machines",
                    "PATCH /v1/web/machines/canary-id",
                    "POST /v1/web/machines/canary-id/secret",
                    "POST /v1/web/push/subscriptions",
                    "DELETE /v1/web/push/subscriptions",
                    "GET /canary-nowhere",
                    "CANARY /v1/sessions");

    private static final List<String> EVENTS =
            List.of(
                    "message",
                    "update-metadata",
                    "update-state",
                    "session-alive",
                    "session-end",
                    "machine-alive",
                    "machine-update-metadata",
                    "machine-update-state",
                    "rpc-register",
                    "rpc-unregister",
                    "rpc-call",
                    "rpc-cancel",
                    "artifact-read",
                    "artifact-create",
                    "artifact-update",
                    "artifact-delete",
                    "access-key-get",
                    "usage-report",
                    "app-state",
                    "canary-event");

    private final Captured captured = new Captured();
    private final Set<String> secrets =
            new TreeSet<>(Set.of(MARK, MARK.toUpperCase(java.util.Locale.ROOT)));
    private final Logger root = (Logger) LoggerFactory.getLogger("dev.roosthold");
    private final @Nullable Level usual = root.getLevel();
    private RelayRig rig;

    /// Everything of every event.
    private static final class Captured extends AppenderBase<ILoggingEvent> {
        final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            var text = new StringBuilder();
            text.append(event.getLevel()).append(' ').append(event.getLoggerName()).append(' ');
            text.append(event.getThreadName()).append(' ').append(event.getFormattedMessage());
            text.append(' ').append(Arrays.toString(event.getArgumentArray()));
            text.append(' ').append(event.getKeyValuePairs()).append(event.getMDCPropertyMap());
            for (IThrowableProxy cause = event.getThrowableProxy();
                    cause != null;
                    cause = cause.getCause()) {
                text.append(" | ").append(cause.getClassName()).append(cause.getMessage());
                text.append(Arrays.toString(cause.getStackTraceElementProxyArray()));
            }
            lines.add(text.toString());
        }
    }

    @BeforeEach
    void start() {
        captured.start();
        root.addAppender(captured);
        root.setLevel(Level.TRACE);
        root.setAdditive(false);
        rig =
                RelayRig.start(
                        config ->
                                config.withMetricsPort(0)
                                        .withRegistration(RegistrationPolicy.INVITE));
    }

    @AfterEach
    void stop() {
        rig.close();
        root.setAdditive(true);
        root.setLevel(usual);
        root.detachAppender(captured);
    }

    @Test
    void noSecretOfAnyCallIsLogged() throws Exception {
        Person ada = signUp();
        String machine = rig.machineId();
        String secret = secret(ada.addsMachine(machine, MARK + " name"));
        Answer machineLogin =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", machine, "secret", secret));
        String bearer = secret(machineLogin.text("token"));
        pair(ada);
        String session = ada.makesSession(MARK + "-tag");
        attach(ada, session);
        ada.api()
                .post(
                        "/v1/web/push/subscriptions",
                        new Browser().subscription("https://push.example/" + MARK + "-endpoint"));
        ada.api().post("/v1/push-tokens", Map.of("token", "ExponentPushToken[" + MARK + "]"));
        ada.api().post("/v1/connect/openai/register", Map.of("token", MARK + "-vendor"));

        for (String who : List.of(ada.token(), bearer, MARK + "-wrong", "")) {
            everyRoute(who);
        }
        everyEvent(ada.page());
        everyEvent(
                rig.connect(
                        Map.of(
                                "token", bearer,
                                "clientType", "machine-scoped",
                                "machineId", machine)));
        assertThat(rig.connect(Map.of("token", MARK + "-wrong")).outcome()).contains("Invalid");

        breakTheDatabase();
        everyRoute(ada.token());
        everyEvent(ada.page());
        assertThat(kvOfABrokenDatabase(ada)).isEqualTo(500);
        rig.relay().close();

        assertThat(captured.lines)
                .anyMatch(line -> line.contains("started"))
                .anyMatch(line -> line.contains("sign-in refused"))
                .anyMatch(line -> line.contains("request failed"))
                .anyMatch(line -> line.contains("stopped"));
        assertThat(secrets).hasSizeGreaterThan(8);
        for (String line : captured.lines) {
            assertThat(secrets).as(line).noneMatch(line::contains);
        }
    }

    @Test
    void aFailureHasOneLineWithTheIdThatTheClientGot() throws Exception {
        Person ada = signUp();
        breakTheDatabase();
        var answer =
                rig.http()
                        .send(
                                HttpRequest.newBuilder(rig.relay().address().resolve("/v1/kv/k"))
                                        .header("Authorization", "Bearer " + ada.token())
                                        .build(),
                                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(500);
        String id = answer.headers().firstValue("x-request-id").orElseThrow();
        assertThat(answer.body()).doesNotContain("SQL", "kv_pair");
        assertThat(captured.lines.stream().filter(line -> line.contains(id)))
                .singleElement()
                .asString()
                .contains(
                        "WARN",
                        "GET",
                        "/v1/kv/:key",
                        "500",
                        TestDatabase.isPostgres() ? "PSQLException" : "SQLiteException");
    }

    @Test
    void refusedSignInsCannotFillTheDisk() {
        for (int i = 0; i < 200; i++) {
            assertThat(
                            rig.api()
                                    .post(
                                            "/v1/machines/authenticate",
                                            Map.of(
                                                    "machineId",
                                                    rig.machineId(),
                                                    "secret",
                                                    rig.secret()))
                                    .status())
                    .isIn(401, 429);
        }
        await().untilAsserted(() -> assertThat(refusals()).isBetween(20L, 25L));
        assertThat(captured.lines)
                .anyMatch(
                        line ->
                                line.contains("at=\"/v1/machines/authenticate\"")
                                        && line.contains("address=\"127.0.0.1\""));
    }

    private long refusals() {
        return captured.lines.stream().filter(line -> line.contains("sign-in refused")).count();
    }

    private Person signUp() {
        String invite = secret(Invites.create(rig.relay().store(), 1, Duration.ofHours(1)).code());
        byte[] key = RelayRig.randomBytes(32);
        var body = new HashMap<>(RelayRig.signIn(key));
        body.put("invite", invite);
        String token = secret(rig.api().post("/v1/auth", body).text("token"));
        assertThat(token).isNotEmpty();
        body.values().forEach(value -> secret(String.valueOf(value)));
        String account = rig.api().as(token).get("/v1/account/profile").text("id");
        return new Person(rig, key, token, account);
    }

    private void pair(Person ada) {
        String key = secret(java.util.Base64.getEncoder().encodeToString(RelayRig.randomBytes(32)));
        rig.api().post("/v1/auth/request", Map.of("publicKey", key));
        ada.api().post("/v1/auth/response", Map.of("publicKey", key, "response", MARK));
        secret(rig.api().post("/v1/auth/request", Map.of("publicKey", key)).text("token"));
    }

    private void attach(Person ada, String session) throws Exception {
        Answer announced =
                ada.api()
                        .post(
                                "/v1/sessions/" + session + "/attachments/request-upload",
                                Map.of("filename", MARK + ".png", "size", 6));
        String link = announced.text("uploadUrl");
        secret(URI.create(link).getQuery());
        var put =
                HttpRequest.newBuilder(URI.create(link)).PUT(BodyPublishers.ofString(MARK)).build();
        assertThat(rig.http().send(put, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }

    private void everyRoute(String bearer) {
        var body = new HashMap<String, Object>();
        for (String field :
                List.of(
                        "token",
                        "secret",
                        "invite",
                        "response",
                        "publicKey",
                        "challenge",
                        "signature",
                        "settings",
                        "metadata",
                        "tag",
                        "name",
                        "machineId",
                        "id",
                        "key",
                        "endpoint",
                        "title",
                        "body",
                        "filename",
                        "ref",
                        "header",
                        "dataEncryptionKey",
                        "content",
                        "username",
                        "state",
                        "agentId")) {
            body.put(field, MARK + "-" + field);
        }
        body.put("mutations", List.of(Map.of("key", MARK, "value", MARK, "version", -1)));
        body.put("messages", List.of(Map.of("content", MARK, "localId", MARK)));
        body.put("keys", Map.of("p256dh", MARK, "auth", MARK));
        Api api = rig.api().with("X-Secret", MARK);
        if (!bearer.isEmpty()) {
            api = api.as(bearer);
        }
        for (String route : ROUTES) {
            String[] parts = route.split(" ");
            String path = parts[1] + "?token=" + MARK + "&code=" + MARK + "&key=" + MARK;
            if (parts[0].equals("GET")) {
                raw(api, parts[0], path, null);
            } else {
                raw(api, parts[0], path, dev.roosthold.protocol.Codec.printText(body));
                raw(api, parts[0], path, "{\"token\":\"" + MARK + "\"");
                raw(api, parts[0], path, "[\"" + MARK + "\"]");
            }
        }
    }

    /// The web page and the callback are no JSON.
    private static void raw(Api api, String method, String path, @Nullable String body) {
        try {
            var request =
                    HttpRequest.newBuilder(api.base().resolve(path))
                            .method(
                                    method,
                                    body == null
                                            ? BodyPublishers.noBody()
                                            : BodyPublishers.ofString(body))
                            .header("Content-Type", "application/json");
            api.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
            api.headers().forEach(request::header);
            var _ = api.client().send(request.build(), BodyHandlers.discarding());
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(method + " " + path, e);
        }
    }

    private static void everyEvent(Client socket) {
        socket.connected();
        for (String event : EVENTS) {
            socket.send(event, Map.of(MARK, MARK));
            socket.send(event, MARK);
            socket.send(
                    event,
                    Map.of(
                            "sid",
                            MARK,
                            "message",
                            MARK,
                            "metadata",
                            MARK,
                            "method",
                            MARK + ":" + MARK,
                            "params",
                            MARK,
                            "machineId",
                            MARK,
                            "artifactId",
                            MARK,
                            "key",
                            MARK));
        }
        socket.settled();
    }

    private int kvOfABrokenDatabase(Person person) {
        return person.api().get("/v1/kv/" + MARK).status();
    }

    private void breakTheDatabase() {
        rig.relay()
                .store()
                .writeNow(
                        tx -> {
                            for (String table :
                                    List.of("kv_pair", "access_key", "push_token", "artifact")) {
                                tx.execute("DROP TABLE " + table);
                            }
                            return true;
                        });
    }

    private String secret(String text) {
        if (text.length() >= 16) {
            secrets.add(text);
        }
        return text;
    }
}
