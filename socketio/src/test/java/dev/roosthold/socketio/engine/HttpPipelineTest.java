package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The handler in the pipeline of somebody else's HTTP server, without sockets.
@Timeout(20)
class HttpPipelineTest {
    private static final String UPGRADE_HEADERS =
            "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final List<String> received = new ArrayList<>();
    private final List<CloseReason> closed = new ArrayList<>();
    private final List<Throwable> unexpected = new ArrayList<>();
    private final List<EngineSession> opened = new ArrayList<>();
    private final EngineServer server =
            new EngineServer(
                    new EngineConfig(
                            "/engine.io",
                            Duration.ofSeconds(25),
                            Duration.ofSeconds(20),
                            Duration.ofSeconds(10),
                            1000,
                            1 << 20,
                            Set.of("x-kept"),
                            "*",
                            false),
                    (session, request) -> {
                        received.add("kept " + request.headers().get("x-kept"));
                        opened.add(session);
                        return new Recorder();
                    },
                    (place, failure) -> unexpected.add(failure));
    private final Others others = new Others();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new HttpServerCodec(), server.httpHandler(), others);

    @AfterEach
    void nothingUnexpectedHappened() {
        channel.finishAndReleaseAll();
        assertThat(unexpected).isEmpty();
    }

    @Test
    void requestsOfOtherPathsPassUntouchedWithTheirContents() {
        send("POST /v1/engine.io HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
        send("GET /engine.iox?transport=polling HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(others.seen).containsExactly("request", "content hello", "request", "content ");
        assertThat(answer()).isEmpty();
    }

    @Test
    void pathWithAndWithoutTrailingSlashIsOurs() {
        send("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nx-kept: yes\r\n\r\n");
        assertThat(answer()).contains("200 OK").contains("0{\"sid\":\"");
        send("GET /engine.io?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(answer()).contains("200 OK").contains("\"maxPayload\":1000}");
        assertThat(others.seen).isEmpty();
        assertThat(received).containsExactly("kept yes", "kept null");
        assertThat(server.sessionCount()).isEqualTo(2);
    }

    @Test
    void errorsAreAnsweredAsTheProtocolSays() {
        assertThat(answerTo("GET", "EIO=4", ""))
                .contains("{\"code\":0,\"message\":\"Transport unknown\"}");
        assertThat(answerTo("GET", "EIO=4&transport=polling&sid=nobody", ""))
                .contains("400 Bad Request")
                .contains("{\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(answerTo("POST", "EIO=4&transport=polling", "x"))
                .contains("{\"code\":2,\"message\":\"Bad handshake method\"}");
        assertThat(answerTo("GET", "EIO=4&transport=websocket", ""))
                .contains("{\"code\":3,\"message\":\"Bad request\"}");
        assertThat(answerTo("GET", "EIO=3&transport=polling", ""))
                .contains("{\"code\":5,\"message\":\"Unsupported protocol version\"}");
    }

    @Test
    void preflightIsAnsweredWithoutCredentials() {
        send(
                "OPTIONS /engine.io/ HTTP/1.1\r\nHost: x\r\nOrigin: http://a\r\n"
                        + "Access-Control-Request-Headers: x-one\r\n\r\n");
        String answer = answer().toLowerCase(java.util.Locale.ROOT);
        assertThat(answer)
                .startsWith("http/1.1 204")
                .contains("access-control-allow-origin: *")
                .contains("access-control-allow-headers: x-one")
                .doesNotContain("credentials")
                .doesNotContain("content-length");
    }

    @Test
    void pipelinedRequestWaitsForTheAnswerOfTheOneBefore() {
        String sid = openPolling();
        send(
                "GET /engine.io/?EIO=4&transport=polling&sid="
                        + sid
                        + " HTTP/1.1\r\nHost: x\r\n\r\nGET /other HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(others.seen).isEmpty();

        post(sid, "1");

        assertThat(answer()).endsWith("\r\n\r\n6");
        assertThat(others.seen).containsExactly("request", "content ");
        assertThat(closed).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void pollThatTheCloseOvertookIsReleasedLikeOneThatWaited() {
        String sid = openPolling();
        post(sid, "1");
        assertThat(closed).containsExactly(CloseReason.TRANSPORT_CLOSE);

        assertThat(poll(sid)).contains("200 OK").endsWith("\r\n\r\n6");
        assertThat(poll(sid)).contains("400 Bad Request").contains("\"code\":1");
    }

    @Test
    void sessionThatItsClientClosedIsForgottenWhenNoPollComes() {
        String sid = openPolling();
        post(sid, "1");
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(server.sessionCount()).isZero();
        assertThat(poll(sid)).contains("400 Bad Request").contains("\"code\":1");
    }

    @Test
    void heartbeatCountsFromBeforeTheClientHearsOfItsSession() {
        List<Long> answered = new ArrayList<>();
        channel.pipeline()
                .addFirst(
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void write(
                                    ChannelHandlerContext ctx, Object part, ChannelPromise done) {
                                answered.add(System.nanoTime());
                                ctx.write(part, done);
                            }
                        });
        openPolling();

        long countsFrom = opened.getFirst().heartbeatAt - Duration.ofSeconds(25).toNanos();
        assertThat(countsFrom - answered.getFirst()).isLessThanOrEqualTo(0);
    }

    @Test
    void bodyAboveTheLimitEndsTheSessionBeforeItIsRead() {
        String sid = openPolling();
        send(
                "POST /engine.io/?EIO=4&transport=polling&sid="
                        + sid
                        + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
        assertThat(answer()).contains("413");
        assertThat(closed).containsExactly(CloseReason.TRANSPORT_ERROR);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void chunkedBodyAboveTheLimitEndsTheSession() {
        String sid = openPolling();
        send(
                "POST /engine.io/?EIO=4&transport=polling&sid="
                        + sid
                        + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"
                        + "4".repeat(1000)
                        + "\r\n1\r\n4\r\n");
        assertThat(answer()).contains("413");
        assertThat(closed).containsExactly(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void websocketTakesOverThePipelineAndTheBytesThatWereReadAlready() {
        byte[] handshake =
                ("GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
                                + UPGRADE_HEADERS
                                + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] frame =
                WebSocketDecoderTest.frame(0x81, 5, "4early".getBytes(StandardCharsets.US_ASCII));
        channel.writeInbound(Unpooled.wrappedBuffer(handshake, frame));

        assertThat(answer())
                .startsWith("HTTP/1.1 101 ")
                .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                .contains("0{\"sid\":\"")
                .contains("\"upgrades\":[]");
        assertThat(received).containsExactly("kept null", "text early");
        assertThat(channel.pipeline().toMap().values())
                .hasSize(1)
                .allMatch(WebSocketTransport.class::isInstance);
    }

    @Test
    void handshakeThatIsNoneIsABadRequest() {
        send(
                "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
                        + UPGRADE_HEADERS.replace("13", "8")
                        + "\r\n");
        assertThat(answer()).contains("400").contains("\"code\":3");
        send(
                "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
                        + UPGRADE_HEADERS.replace("dGhlIHNhbXBsZSBub25jZQ==", "short")
                        + "\r\n");
        assertThat(answer()).contains("400").contains("\"code\":3");
    }

    @Test
    void drainRefusesNewSessionsAndEndsOldOnes() {
        openPolling();
        var drained = server.drain().toCompletableFuture();
        channel.runPendingTasks();

        assertThat(closed).containsExactly(CloseReason.SERVER_SHUTDOWN);
        channel.advanceTimeBy(5, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(drained).isCompleted();
        send("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(answer()).contains("503");
    }

    // ---- helpers

    private String openPolling() {
        send("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n");
        String answer = answer();
        int from = answer.indexOf("\"sid\":\"") + 7;
        return answer.substring(from, answer.indexOf('"', from));
    }

    /// Over a second connection, as clients do while a poll is open.
    private void post(String sid, String body) {
        EmbeddedChannel second = new EmbeddedChannel(new HttpServerCodec(), server.httpHandler());
        String request =
                "POST /engine.io/?EIO=4&transport=polling&sid="
                        + sid
                        + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body;
        second.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
        channel.runPendingTasks();
        second.runPendingTasks();
        channel.runPendingTasks();
        second.finishAndReleaseAll();
    }

    private String poll(String sid) {
        return answerTo("GET", "EIO=4&transport=polling&sid=" + sid, "");
    }

    private String answerTo(String method, String query, String body) {
        send(
                method
                        + " /engine.io/?"
                        + query
                        + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
        return answer();
    }

    private void send(String request) {
        channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
        channel.runPendingTasks();
    }

    private String answer() {
        StringBuilder answer = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            answer.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return answer.toString();
    }

    private final class Recorder implements EngineListener {
        @Override
        public void text(byte[] data, int offset, int length) {
            received.add("text " + new String(data, offset, length, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(byte[] data) {
            received.add("binary " + data.length);
        }

        @Override
        public void closed(CloseReason reason) {
            closed.add(reason);
        }
    }

    /// What stands behind us in the pipeline.
    private static final class Others extends ChannelInboundHandlerAdapter {
        private final List<String> seen = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            seen.add(
                    message instanceof HttpContent body
                            ? "content " + body.content().toString(StandardCharsets.US_ASCII)
                            : "request");
            io.netty.util.ReferenceCountUtil.release(message);
        }
    }
}
