package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpServerTest {
    private static final String JSON = "application/json";
    private static final AtomicInteger HANDLED = new AtomicInteger();
    private ServerRig rig;

    @BeforeAll
    void start() throws IOException {
        rig = ServerRig.start(HttpServerTest::routes, config -> config.withBodies(1000, 1 << 20));
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    private record Unprintable() {
        @SuppressWarnings({"unused", "DoNotCallSuggester", "EffectivelyPrivate"}) // for the codec
        public String getValue() {
            throw new IllegalStateException("secret detail");
        }
    }

    private static void routes(Routes routes) {
        routes.open("GET", "/v1/things/:id", r -> Response.ok(Map.of("id", r.parameter("id"))));
        routes.open("GET", "/v1/things/special", _ -> Response.ok(Map.of("special", true)));
        routes.open(
                "GET",
                "/v1/things/:thing/parts/:part",
                r -> Response.ok(Map.of("ids", r.pathParameters())));
        routes.open("GET", "/v1/query", r -> Response.ok(r.query()));
        routes.open("POST", "/v1/echo", r -> Response.ok(r.body()));
        routes.open("DELETE", "/v1/echo", r -> Response.ok(r.body()));
        routes.open("GET", "/v1/echo", r -> Response.ok(r.body()));
        routes.bearer(
                "GET",
                "/v1/me",
                r -> Response.ok(Map.of("account", r.requireCaller().account().value())));
        routes.accountBearer("GET", "/v1/account", _ -> Response.ok(Map.of()));
        routes.bearer(
                "POST",
                "/v1/fields",
                r -> {
                    HANDLED.incrementAndGet();
                    var fields = Fields.body(r);
                    fields.text("name");
                    fields.version("expectedVersion");
                    fields.check();
                    return Response.ok(Map.of());
                });
        routes.open(
                "GET",
                "/v1/boom",
                _ -> {
                    throw new IllegalStateException("secret detail");
                });
        routes.open("GET", "/v1/unprintable", _ -> Response.ok(new Unprintable()));
        rawRoutes(routes);
        routes.open(
                "POST", "/v1/bytes", r -> Response.ok(List.of(r.bytes().length, r.body().size())));
        routes.withBodyLimit(200_000)
                .bearer("POST", "/v1/large", r -> Response.ok(r.body().path("x").size()));
    }

    private static void rawRoutes(Routes routes) {
        Routes.Handler size = r -> Response.ok(List.of(r.bytes().length, r.body().size()));
        routes.withRawBody(100_000)
                .linkOrBearer(
                        "PUT",
                        "/v1/raw/:name",
                        (parameters, query) ->
                                query.getOrDefault("key", "").equals(parameters.get("name")),
                        size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/octet-stream", "?"})
    void aRawBodyIsTakenAsItIsWhateverItsType(String type) throws Exception {
        assertThat(put("/v1/raw/a?key=a", "{\"x\":1", "content-type", type)).isEqualTo("200 [6,0]");
        assertThat(put("/v1/raw/a?key=a", "")).isEqualTo("200 [0,0]");
    }

    @Test
    void aRawBodyHasItsOwnLimitAndJsonRoutesHaveNoBytes() throws Exception {
        assertThat(put("/v1/raw/a?key=a", "x".repeat(100_000))).startsWith("200 ");
        assertThat(put("/v1/raw/a?key=a", "x".repeat(100_001))).startsWith("413 ");
        assertThat(rig.post("/v1/bytes", "{\"x\":1}", "content-type", JSON).body())
                .isEqualTo("[0,1]");
    }

    @Test
    void aLinkIsPermissionEnoughAndSoIsABearer() throws Exception {
        assertThat(put("/v1/raw/a?key=b", "x"))
                .isEqualTo("401 {\"error\":\"Missing authorization header\"}");
        assertThat(put("/v1/raw/a?key=b", "x", "authorization", "Bearer nope"))
                .isEqualTo("401 {\"error\":\"Invalid token\"}");
        assertThat(put("/v1/raw/a", "x", "authorization", "Bearer good")).startsWith("200 ");
        assertThat(put("/v1/raw/a", "x", "authorization", "Bearer machine")).startsWith("200 ");
        // Beyond what is collected before the caller is known.
        assertThat(put("/v1/raw/a?key=b", "x".repeat(80_000))).startsWith("401 ");
        assertThat(put("/v1/raw/a?key=a", "x".repeat(80_000))).startsWith("200 ");
    }

    private String put(String path, String body, String... headers) throws Exception {
        var request = rig.request(path).PUT(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        var answer = rig.client.send(request.build(), BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void literalSegmentsWinOverParameters() throws Exception {
        assertThat(rig.get("/v1/things/special").body()).isEqualTo("{\"special\":true}");
        assertThat(rig.get("/v1/things/other").body()).isEqualTo("{\"id\":\"other\"}");
        assertThat(rig.get("/v1/things/special/parts/2").body())
                .contains("\"thing\":\"special\"")
                .contains("\"part\":\"2\"");
    }

    @Test
    void parametersArePercentDecodedAndMayHoldSlashes() throws Exception {
        assertThat(rig.get("/v1/things/a%2Fb%20c%C3%A9+d").body())
                .isEqualTo("{\"id\":\"a/b cé+d\"}");
    }

    @Test
    void aParameterHasUpTo1024Characters() throws Exception {
        assertThat(rig.get("/v1/things/" + "x".repeat(1024)).statusCode()).isEqualTo(200);
        assertThat(rig.get("/v1/things/" + "x".repeat(1025)).statusCode()).isEqualTo(404);
    }

    @Test
    void queriesAreDecodedAndTheFirstValueCounts() throws Exception {
        assertThat(rig.get("/v1/query?a=1%2B2&b=x+y&a=3&c&d=%E2%82%AC").body())
                .isEqualTo("{\"a\":\"1+2\",\"b\":\"x y\",\"c\":\"\",\"d\":\"€\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/nope?q=1",
                "/v1/me/",
                "/v1/me/more",
                "/v1//me",
                "/v1/things/",
                "/v1/things/%ff",
                "/metrics"
            })
    void unknownPathsAre404WithThePathAsReceived(String path) throws Exception {
        var answer = rig.get(path);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"Not found\",\"path\":\"" + path + "\",\"method\":\"GET\"}");
    }

    @Test
    void aMethodThatIsNotOfferedIs404() throws Exception {
        var answer = rig.post("/v1/me", "{}", "content-type", JSON);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo("{\"error\":\"Not found\",\"path\":\"/v1/me\",\"method\":\"POST\"}");
    }

    @Test
    void answersAreJsonInUtf8AndReadableFromEveryOrigin() throws Exception {
        var answer = rig.get("/v1/things/1");
        assertThat(answer.headers().firstValue("content-type"))
                .contains("application/json; charset=utf-8");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("*");
        assertThat(answer.headers().firstValue("date")).isPresent();
    }

    @Test
    void aPreflightNamesMethodsAndHeaders() throws Exception {
        var answer =
                rig.client.send(
                        rig.request("/v1/me").method("OPTIONS", BodyPublishers.noBody()).build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("access-control-allow-methods"))
                .contains("GET, POST, PUT, PATCH, DELETE");
        assertThat(answer.headers().firstValue("access-control-allow-headers"))
                .contains("Authorization, Content-Type, X-Happy-Client");
        assertThat(answer.headers().firstValue("access-control-max-age")).isPresent();
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void everyKindOfMissingOrWrongBearerHasItsText() throws Exception {
        String missing = "{\"error\":\"Missing authorization header\"}";
        assertRefused(rig.get("/v1/me"), missing);
        assertRefused(rig.get("/v1/me", "authorization", "Basic abc"), missing);
        assertRefused(rig.get("/v1/me", "authorization", "bearer good"), missing);
        assertRefused(rig.get("/v1/me", "authorization", "Bearer "), missing);
        assertRefused(
                rig.get("/v1/me", "authorization", "Bearer nope"), "{\"error\":\"Invalid token\"}");
        assertRefused(
                rig.get("/v1/me", "authorization", "Bearer broken"),
                "{\"error\":\"Authentication failed\"}");
        assertThat(rig.get("/v1/me", "authorization", "Bearer good").body())
                .isEqualTo("{\"account\":\"account\"}");
    }

    private static void assertRefused(java.net.http.HttpResponse<String> answer, String body) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void aMachineScopedBearerIsForbiddenOnAccountRoutesOnly() throws Exception {
        assertThat(rig.get("/v1/me", "authorization", "Bearer machine").statusCode())
                .isEqualTo(200);
        var answer = rig.get("/v1/account", "authorization", "Bearer machine");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("{\"error\":\"Forbidden\"}");
        assertThat(rig.get("/v1/account", "authorization", "Bearer good").statusCode())
                .isEqualTo(200);
    }

    @Test
    void theBearerIsJudgedBeforeTheBody() throws Exception {
        int before = HANDLED.get();
        assertThat(rig.post("/v1/fields", "{broken", "content-type", JSON).statusCode())
                .isEqualTo(401);
        assertThat(rig.post("/v1/fields", "x".repeat(5000)).statusCode()).isEqualTo(401);
        assertThat(
                        rig.post("/v1/fields", "x".repeat(100_000), "authorization", "Bearer nope")
                                .statusCode())
                .isEqualTo(401);
        assertThat(HANDLED.get()).isEqualTo(before);
    }

    @Test
    void allWrongFieldsAreNamedTogether() throws Exception {
        var answer =
                rig.post(
                        "/v1/fields",
                        "{\"name\":1}",
                        "content-type",
                        JSON,
                        "authorization",
                        "Bearer good");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"Error\",\"message\":\"body/name Invalid input: expected"
                                + " string, received number, body/expectedVersion Invalid input:"
                                + " expected number, received undefined\",\"statusCode\":400}");
    }

    @Test
    void emptyBodiesOfEveryKindReadAsAnEmptyObject() throws Exception {
        assertThat(rig.post("/v1/echo", "", "content-type", JSON).body()).isEqualTo("{}");
        assertThat(rig.post("/v1/echo", "").body()).isEqualTo("{}");
        for (String method : new String[] {"GET", "DELETE"}) {
            var answer =
                    rig.client.send(
                            rig.request("/v1/echo")
                                    .method(method, BodyPublishers.noBody())
                                    .header("content-type", JSON)
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{}");
        }
    }

    @Test
    void brokenJsonIsASyntaxError() throws Exception {
        var answer = rig.post("/v1/echo", "{\"publicKey\":", "content-type", JSON);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"SyntaxError\",\"message\":\"Unexpected end of JSON input\","
                                + "\"statusCode\":400}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":secret}", "{} {}", "{\"a\" 1}", "\u0001", "[1,]", "   "})
    void otherBrokenJsonIsRefusedWithoutRepeatingIt(String json) throws Exception {
        var answer = rig.post("/v1/echo", json, "content-type", JSON);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("SyntaxError").doesNotContain("secret");
    }

    @Test
    void nestingIsBounded() throws Exception {
        String fits = "[".repeat(64) + "]".repeat(64);
        String deeper = "[".repeat(65) + "]".repeat(65);
        assertThat(rig.post("/v1/echo", fits, "content-type", JSON).statusCode()).isEqualTo(200);
        var refused = rig.post("/v1/echo", deeper, "content-type", JSON);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("SyntaxError");
    }

    @Test
    void bodiesThatAreNotJsonAreRefusedWithTheirType() throws Exception {
        var answer =
                rig.post("/v1/echo", "a=b", "content-type", "application/x-www-form-urlencoded");
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"FastifyError\",\"message\":\"Unsupported Media Type:"
                                + " application/x-www-form-urlencoded\",\"statusCode\":415}");
        assertThat(rig.post("/v1/echo", "{}").statusCode()).isEqualTo(415);
        assertThat(
                        rig.post(
                                        "/v1/echo",
                                        "{}",
                                        "content-type",
                                        "Application/JSON; charset=UTF-8")
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void bodiesAreBoundedPerRoute() throws Exception {
        String small = "{\"x\":\"" + "y".repeat(900) + "\"}";
        assertThat(rig.post("/v1/echo", small, "content-type", JSON).statusCode()).isEqualTo(200);
        String large = "{\"x\":[" + "1,".repeat(70_000) + "1]}";
        assertThat(rig.post("/v1/echo", large, "content-type", JSON).statusCode()).isEqualTo(413);
        assertThat(
                        rig.post(
                                        "/v1/large",
                                        large,
                                        "content-type",
                                        JSON,
                                        "authorization",
                                        "Bearer good")
                                .body())
                .isEqualTo("70001");
        var chunked =
                rig.request("/v1/large")
                        .POST(
                                BodyPublishers.ofInputStream(
                                        () ->
                                                new java.io.ByteArrayInputStream(
                                                        (large + " ".repeat(100_000))
                                                                .getBytes(StandardCharsets.UTF_8))))
                        .header("content-type", JSON)
                        .header("authorization", "Bearer good");
        assertThat(rig.client.send(chunked.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(413);
    }

    @Test
    void anUnexpectedFailureSaysNothingAboutItself() throws Exception {
        var answer = rig.get("/v1/boom");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"Internal Server Error\",\"message\":\"An unexpected error"
                                + " occurred\",\"statusCode\":500}");
        assertThat(rig.get("/v1/unprintable").statusCode()).isEqualTo(500);
    }

    @Test
    void headIsGetWithoutBody() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("HEAD /v1/things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
            var head = raw.read(false);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers()).containsEntry("content-length", "10");
            raw.send("GET /v1/things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.read().body()).isEqualTo("{\"id\":\"1\"}");
        }
    }

    @Test
    void forwardedHeadersAreNoticedForGood() throws Exception {
        try (var fresh = ServerRig.start(_ -> {})) {
            fresh.get("/health");
            assertThat(fresh.server.sawForwardedHeader()).isFalse();
            fresh.get("/health", "x-forwarded-for", "10.0.0.1");
            assertThat(fresh.server.sawForwardedHeader()).isTrue();
            fresh.get("/health");
            assertThat(fresh.server.sawForwardedHeader()).isTrue();
        }
        try (var fresh = ServerRig.start(_ -> {})) {
            fresh.get("/socket", "forwarded", "for=10.0.0.1");
            assertThat(fresh.server.sawForwardedHeader()).isTrue();
        }
    }

    @Test
    void stoppingFinishesWhatIsInProgressAndAcceptsNothingMore() throws Exception {
        var started = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var stopping =
                ServerRig.start(
                        routes ->
                                routes.open(
                                        "GET",
                                        "/v1/slow",
                                        _ -> {
                                            started.countDown();
                                            release.await();
                                            return Response.ok(Map.of("done", true));
                                        }));
        try (stopping;
                var idle = stopping.raw();
                var busy = stopping.raw()) {
            busy.send("GET /v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            int port = stopping.server.port();
            stopping.server.stopAccepting();
            assertThat(idle.ended()).isTrue();
            await().until(() -> refuses(port));
            release.countDown();
            var answer = busy.read();
            assertThat(answer.body()).isEqualTo("{\"done\":true}");
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(busy.ended()).isTrue();
        }
    }

    private static boolean refuses(int port) {
        try (var _ = new RawConnection(port)) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
