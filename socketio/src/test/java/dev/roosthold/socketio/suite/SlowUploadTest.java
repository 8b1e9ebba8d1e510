package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A message that takes longer than an answer to a ping may: the answer waits behind it.
@Timeout(60)
class SlowUploadTest {
    private static final long PACE_NANOS = 10_000_000;

    @Test
    void clientWhoseMessageIsStillComingIsNotSilent() throws Exception {
        try (var server =
                        TestServer.start(
                                config ->
                                        config.withPingInterval(Duration.ofMillis(100))
                                                .withPingTimeout(Duration.ofSeconds(2)),
                                s ->
                                        s.namespace("/")
                                                .on(
                                                        "upload",
                                                        (socket, _, _) -> socket.emit("got")));
                var uploader = silent(server);
                var idle = silent(server)) {
            byte[] message =
                    ("42[\"upload\",\"" + "x".repeat(4_000) + "\"]")
                            .getBytes(StandardCharsets.US_ASCII);
            uploader.header(RawWebSocket.TEXT, message.length);
            int sent = 0;
            while (idle.isOpen()) {
                assertThat(sent).as("bytes until a silent client is closed").isLessThan(3_000);
                uploader.bytes(message[sent++]);
                LockSupport.parkNanos(PACE_NANOS);
            }
            while (sent < message.length) {
                uploader.bytes(message[sent++]);
            }

            int pings = 0;
            String answer = uploader.nextText();
            while (answer.equals("2")) {
                pings++;
                answer = uploader.nextText();
            }
            assertThat(pings).as("signs of life for the client").isGreaterThan(2);
            assertThat(answer).isEqualTo("42[\"got\"]");
        }
    }

    private static RawWebSocket silent(TestServer server) throws Exception {
        var socket = RawWebSocket.silent(server.port(), "/socket.io/?EIO=4&transport=websocket");
        assertThat(socket.nextText()).startsWith("0");
        socket.text("40");
        String answer = socket.nextText();
        while (answer.equals("2")) {
            answer = socket.nextText();
        }
        assertThat(answer).startsWith("40{");
        return socket;
    }
}
