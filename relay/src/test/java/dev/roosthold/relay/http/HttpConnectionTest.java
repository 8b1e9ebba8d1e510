package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client can do to a connection, byte by byte.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // every line end is meant
class HttpConnectionTest {
    private final CountDownLatch holding = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private ServerRig rig;

    @BeforeEach
    void start() throws IOException {
        rig =
                ServerRig.start(
                        this::routes,
                        config ->
                                config.withBodies(200_000, 150_000)
                                        .withTimeouts(
                                                Duration.ofMillis(300),
                                                Duration.ofMillis(300),
                                                Duration.ofSeconds(3)));
    }

    @AfterEach
    void stop() {
        release.countDown();
        rig.close();
    }

    private void routes(Routes routes) {
        routes.open("GET", "/v1/n/:n", r -> Response.ok(Map.of("n", r.parameter("n"))));
        routes.open("POST", "/v1/echo", r -> Response.ok(r.body()));
        routes.bearer("POST", "/v1/mine", r -> Response.ok(r.body()));
        routes.open(
                "POST",
                "/v1/hold",
                _ -> {
                    holding.countDown();
                    release.await();
                    return Response.ok(Map.of());
                });
        routes.open(
                "GET",
                "/v1/slow",
                _ -> {
                    Thread.sleep(100);
                    return Response.ok(Map.of("slow", true));
                });
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderWhoeverAnswersThem() throws Exception {
        try (var raw = rig.raw()) {
            var all = new StringBuilder("GET /v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
            for (int i = 0; i < 50; i++) {
                all.append("GET /v1/n/").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
                if (i % 10 == 0) {
                    all.append("GET /socket HTTP/1.1\r\nHost: x\r\n\r\n");
                    all.append("POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n")
                            .append("Content-Type: application/json\r\n\r\n[1]");
                }
            }
            raw.send(all.toString());
            assertThat(raw.read().body()).isEqualTo("{\"slow\":true}");
            for (int i = 0; i < 50; i++) {
                assertThat(raw.read().body()).isEqualTo("{\"n\":\"" + i + "\"}");
                if (i % 10 == 0) {
                    assertThat(raw.read().body()).isEqualTo("socket");
                    assertThat(raw.read().body()).isEqualTo("[1]");
                }
            }
        }
    }

    @Test
    void aClientMayKeepSomeRequestsInFlightForLong() throws Exception {
        try (var raw = rig.raw()) {
            int sent = 0;
            for (int answered = 0; answered < 2000; answered++) {
                for (; sent < 2000 && sent < answered + 60; sent++) {
                    raw.send("GET /v1/n/" + sent + " HTTP/1.1\r\nHost: x\r\n\r\n");
                }
                assertThat(raw.read().body()).isEqualTo("{\"n\":\"" + answered + "\"}");
            }
        }
    }

    @Test
    void aClientThatPipelinesWithoutBoundIsCutOffAndTheOthersAreServed() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET /v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
            raw.send("GET /v1/n/1 HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 1000; i++) {
                                    raw.read();
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
        assertThat(rig.get("/v1/n/1").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\n[1]",
                "Content-Length: 3\r\nContent-Length: 3\r\n\r\n[1]",
                "Content-Length: 3, 4\r\n\r\n[1]",
                "Content-Length: +3\r\n\r\n[1]",
                "Content-Length: -1\r\n\r\n[1]",
                "Content-Length: 0x3\r\n\r\n[1]",
                "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: identity\r\n\r\n[1]",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "X: a\rb\r\nContent-Length: 3\r\n\r\n[1]",
                "X\u0000: a\r\nContent-Length: 3\r\n\r\n[1]",
                "Content-Length: 3\n\n[1]",
                "Host: y\r\nContent-Length: 3\r\n\r\n[1]",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n3\n[1]\n0\n\n",
                "Transfer-Encoding: chunked\r\n\r\n-3\r\n[1]\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n3\r\n[1]xx0\r\n\r\n",
            })
    void requestsOfDisputableExtentAreRefusedAndNothingBehindThemIsRead(String rest)
            throws Exception {
        try (var raw = rig.raw()) {
            raw.send(
                    "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + rest
                            + "GET /v1/n/smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
            var answer = raw.read();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void aFoldedLineBelongsToTheHeaderBeforeIt() throws Exception {
        try (var raw = rig.raw()) {
            raw.send(
                    "POST /v1/echo HTTP/1.1\r\nHost: x\r\nX: y\r\n Transfer-Encoding: chunked"
                            + "\r\n\r\n0\r\n\r\nGET /v1/n/smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.read().body()).isEqualTo("{}");
            assertThat(raw.read().status()).isEqualTo(400);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void transferEncodingInHttp10IsRefused() throws Exception {
        try (var raw = rig.raw()) {
            raw.send(
                    "POST /v1/echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "0\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(400);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void aRequestWithoutHostIsRefusedInHttp11Only() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET /v1/n/1 HTTP/1.1\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(400);
        }
        try (var raw = rig.raw()) {
            raw.send("GET /v1/n/1 HTTP/1.0\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(200);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void linesAndHeadersAreBounded() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(414);
            assertThat(raw.ended()).isTrue();
        }
        try (var raw = rig.raw()) {
            raw.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(431);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void theAbsoluteFormIsUnderstood() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET http://x:1/v1/n/7 HTTP/1.1\r\nHost: x:1\r\n\r\n");
            assertThat(raw.read().body()).isEqualTo("{\"n\":\"7\"}");
        }
    }

    @Test
    void theClientThatAsksFirstIsToldToContinueOrRefusedWithoutSending() throws Exception {
        try (var raw = rig.raw()) {
            raw.send(
                    "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(100);
            raw.send("[1]");
            assertThat(raw.read().body()).isEqualTo("[1]");
            raw.send(
                    "POST /v1/mine HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n");
            var refused = raw.read();
            assertThat(refused.status()).isEqualTo(401);
            assertThat(raw.ended()).isTrue();
        }
        try (var raw = rig.raw()) {
            raw.send(
                    "POST /v1/mine HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Authorization: Bearer good\r\n"
                            + "Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(100);
            raw.send('"' + "x".repeat(99_998) + '"');
            assertThat(raw.read().body()).hasSize(100_000);
            raw.send("POST /v1/echo HTTP/1.1\r\nHost: x\r\nExpect: a-pony\r\n\r\n");
            assertThat(raw.read().status()).isEqualTo(417);
        }
    }

    @Test
    void chunkedBodiesWork() throws Exception {
        try (var raw = rig.raw()) {
            for (int i = 0; i < 3; i++) {
                raw.send(
                        "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n");
                raw.send("2\r\n,2\r\n1\r\n]\r\n0\r\n\r\n");
                assertThat(raw.read().body()).isEqualTo("[1,2]");
            }
        }
    }

    @Test
    void aBodyTooLargeIsAnsweredEvenWhileTheClientStillSends() throws Exception {
        try (var raw = rig.raw()) {
            raw.send(
                    "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 3000000\r\n\r\n");
            raw.send("x".repeat(1_000_000));
            assertThat(raw.read().status()).isEqualTo(413);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void allBodiesTogetherAreBounded() throws Exception {
        String body = '"' + "x".repeat(79_998) + '"';
        String post =
                " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 80000\r\n\r\n"
                        + body;
        try (var first = rig.raw();
                var second = rig.raw()) {
            first.send("POST /v1/hold" + post);
            assertThat(holding.await(10, TimeUnit.SECONDS)).isTrue();
            var refused = second.send("POST /v1/echo" + post).read();
            assertThat(refused.status()).isEqualTo(503);
            release.countDown();
            assertThat(first.read().status()).isEqualTo(200);
        }
        try (var third = rig.raw()) {
            assertThat(third.send("POST /v1/echo" + post).read().status()).isEqualTo(200);
        }
    }

    @Test
    void slowHeadersEndTheConnection() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET /v1/n/1 HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            assertThat(raw.read().status()).isEqualTo(408);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void slowBodiesEndTheConnection() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n[1");
            assertThat(raw.read().status()).isEqualTo(408);
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void silentConnectionsEnd() throws Exception {
        try (var raw = rig.raw();
                var used = rig.raw()) {
            assertThat(used.send("GET /v1/n/1 HTTP/1.1\r\nHost: x\r\n\r\n").read().status())
                    .isEqualTo(200);
            assertThat(raw.ended()).isTrue();
            assertThat(used.ended()).isTrue();
        }
    }

    @Test
    void anUpgradedConnectionIsLeftAlone() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var listener =
                new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                            WebSocket socket, CharSequence data, boolean last) {
                        received.add(data.toString());
                        socket.request(1);
                        return CompletableFuture.completedStage(null);
                    }
                };
        var uri = URI.create("ws://127.0.0.1:" + rig.server.port() + "/upgrade");
        var socket = rig.client.newWebSocketBuilder().buildAsync(uri, listener).get();
        socket.sendText("one", true).get();
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        // A connection that is still HTTP ends by its idle timeout in the meantime.
        try (var idle = rig.raw()) {
            assertThat(idle.ended()).isTrue();
        }
        rig.server.stopAccepting();
        socket.sendText("two", true).get();
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
        socket.abort();
    }

    @Test
    void connectionCloseIsHonoured() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET /v1/n/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(raw.read().headers()).containsEntry("connection", "close");
            assertThat(raw.ended()).isTrue();
        }
    }

    @Test
    void aClientThatLeavesHarmsNobody() throws Exception {
        try (var raw = rig.raw()) {
            raw.send("POST /v1/hold HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        release.countDown();
        assertThat(rig.get("/v1/n/1").statusCode()).isEqualTo(200);
    }
}
