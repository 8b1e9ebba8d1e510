package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.http.RouteInfo;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the whole relay shows to whoever comes, whatever they ask for.
@Timeout(60)
class SurfaceTest {
    /// Everything that answers somebody without a credential, and nothing of it tells of people.
    private static final List<String> OPEN =
            List.of(
                    "GET /",
                    "GET /health",
                    "GET /ready",
                    "GET /v1/asyncapi.json",
                    "GET /v1/auth/request/status",
                    "GET /v1/connect/github/callback",
                    "GET /v1/openapi.json",
                    "GET /v1/updates/:file",
                    "GET /v1/web/relay",
                    "POST /v1/auth",
                    "POST /v1/auth/account/request",
                    "POST /v1/auth/request",
                    "POST /v1/connect/github/webhook",
                    "POST /v1/machines/authenticate",
                    "POST /v1/version");

    /// Where the credential of a machine is let in, to what is its own. Its row too, but here it
    /// asks for that of another machine.
    private static final List<String> FOR_MACHINES =
            List.of(
                    "DELETE /v1/sessions/:id",
                    "GET /v1/access-keys/:sessionId/:machineId",
                    "GET /v1/changes",
                    "GET /v1/sessions",
                    "GET /v1/sessions/:id",
                    "GET /v1/sessions/:id/attachments/:file",
                    "GET /v1/sessions/:id/messages",
                    "GET /v2/sessions",
                    "GET /v2/sessions/active",
                    "GET /v3/sessions/:id/messages",
                    "POST /v1/access-keys/:sessionId/:machineId",
                    "POST /v1/machines",
                    "POST /v1/sessions",
                    "POST /v1/sessions/:id/archive",
                    "POST /v1/sessions/:id/attachments/request-download",
                    "POST /v1/sessions/:id/attachments/request-upload",
                    "POST /v1/sessions/:id/push-event",
                    "POST /v3/sessions/:id/messages",
                    "PUT /v1/access-keys/:sessionId/:machineId",
                    "PUT /v1/sessions/:id/attachments/:file");

    private RelayRig rig;

    @BeforeEach
    void start() {
        rig = RelayRig.start(config -> config.withMetricsPort(0));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private List<String> routes() {
        return rig.relay().routes().stream().map(RouteInfo::name).toList();
    }

    @Test
    void onlyTheNamedRoutesAnswerWithoutACredential() throws Exception {
        var open = new TreeSet<String>();
        for (String route : routes()) {
            var answer = send(method(route), path(route), body(route), "");
            if (answer.statusCode() != 401
                    || !answer.body().contains("Missing authorization header")) {
                open.add(route);
            }
        }
        assertThat(open).containsExactlyInAnyOrderElementsOf(OPEN);
    }

    @Test
    void theCredentialOfAMachineIsAdmittedToTheNamedRoutesOnly() throws Exception {
        String bearer = EnrolledMachine.of(rig.signsUp()).bearer();
        var admitted = new TreeSet<String>();
        for (String route : routes()) {
            var answer = send(method(route), path(route), body(route), bearer);
            if (!OPEN.contains(route) && !answer.body().equals("{\"error\":\"Forbidden\"}")) {
                admitted.add(route);
            }
        }
        assertThat(admitted).containsExactlyInAnyOrderElementsOf(FOR_MACHINES);
    }

    @Test
    void aNewRelayHasNoAccountNoCredentialAndNoInvite() {
        for (String table : List.of("account", "device", "machine", "machine_secret", "invite")) {
            long rows =
                    rig.relay()
                            .store()
                            .readNow(
                                    sql ->
                                            sql.first(
                                                            "SELECT count(*) FROM " + table,
                                                            row -> row.getLong(1))
                                                    .orElseThrow());
            assertThat(rows).as(table).isZero();
        }
    }

    @Test
    void everyBodyComesWithItsTypeAndItsEncoding() throws Exception {
        String token = rig.signsUp().token();
        var answers = new ArrayList<HttpResponse<String>>();
        for (String route : routes()) {
            for (String bearer : List.of("", token, "x".repeat(43))) {
                answers.add(send(method(route), path(route), body(route), bearer));
            }
        }
        for (String path :
                List.of(
                        "/machines",
                        "/assets/app-1a2b.js",
                        "/nowhere",
                        "/v1/updates/?EIO=4&transport=polling",
                        "/v1/updates/?EIO=3&transport=polling",
                        "/v1/updates/?EIO=4&transport=polling&sid=x")) {
            answers.add(send("GET", path, null, ""));
        }
        answers.add(send("POST", "/v1/auth", "{broken", ""));
        for (var answer : answers) {
            if (answer.body().isEmpty()) {
                continue;
            }
            String what = answer.request().method() + " " + answer.uri() + ": " + answer.body();
            String type = answer.headers().firstValue("content-type").orElse("");
            assertThat(type.toLowerCase(java.util.Locale.ROOT))
                    .as(what)
                    // JSON is always UTF-8 (RFC 8259, 8.1).
                    .matches("application/json(; charset=utf-8)?|text/[a-z]+; charset=utf-8");
            if (type.startsWith("application/json")) {
                assertThat(Codec.parse(utf8(answer.body()))).as(what).isNotNull();
            }
            assertThat(answer.headers().allValues("x-content-type-options"))
                    .as(what)
                    .containsExactly("nosniff");
        }
    }

    @Test
    void traceAndMethodsThatNobodyRegisteredAreRefusedAndEchoNothing() throws Exception {
        Person ada = rig.signsUp();
        for (String path : List.of("/", "/machines", "/v1/devices", "/v1/auth", "/v1/updates/")) {
            for (String method : List.of("TRACE", "TRACK", "PROPFIND", "DEBUG", "get")) {
                var answer = send(method, path, null, ada.token());
                assertThat(answer.statusCode()).as("%s %s", method, path).isIn(400, 404);
                assertThat(answer.body()).doesNotContain(ada.token(), "Bearer");
            }
        }
    }

    @Test
    void aTokenInTheAddressOpensNothing() throws Exception {
        String token = rig.signsUp().token();
        for (String name : List.of("token", "access_token", "authorization", "bearer")) {
            String query = "?" + name + "=" + token;
            assertThat(send("GET", "/v1/devices" + query, null, "").statusCode()).isEqualTo(401);
            String socket = "/v1/updates/" + query + "&EIO=4&transport=polling";
            String open = send("GET", socket, null, "").body();
            socket += "&sid=" + Codec.parse(utf8(open.substring(1))).path("sid").asString();
            assertThat(send("POST", socket, "40", "").statusCode()).isEqualTo(200);
            assertThat(send("GET", socket, null, "").body()).startsWith("44");
        }
    }

    @Test
    void whenCredentialsCannotBeCheckedNobodyIsLetInAndNobodyIsSentAway() {
        Person ada = rig.signsUp();
        Person unseen = rig.signsIn(ada.key());
        rig.restarts();
        rig.relay()
                .store()
                .writeNow(
                        tx -> {
                            if (!TestDatabase.isPostgres()) {
                                tx.execute("PRAGMA foreign_keys = OFF");
                            }
                            tx.execute("ALTER TABLE device RENAME TO gone");
                            return true;
                        });

        Answer answer = unseen.api().get("/v1/machines");
        // Not 401 and no refusal: clients would sign out, or not come back by themselves.
        assertThat(answer.status()).isEqualTo(503);
        assertThat(rig.connect(Map.of("token", unseen.token())).end()).isNotEmpty();
        assertThat(rig.api().post("/v1/auth", RelayRig.signIn(ada.key())).status()).isEqualTo(500);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private HttpResponse<String> send(
            String method, String path, @Nullable String body, String bearer) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(rig.relay().address() + path))
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json");
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return rig.http().send(request.build(), BodyHandlers.ofString());
    }

    private static String method(String route) {
        return route.substring(0, route.indexOf(' '));
    }

    private static String path(String route) {
        return route.substring(route.indexOf(' ') + 1).replaceAll(":[a-zA-Z]+", "x");
    }

    private static @Nullable String body(String route) {
        return method(route).equals("GET") ? null : "{}";
    }
}
