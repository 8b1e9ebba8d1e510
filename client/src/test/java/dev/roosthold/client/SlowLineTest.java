package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.network.Network;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What is large takes its time on a slow line; only silence is not waited for.
@Timeout(60)
class SlowLineTest {
    private static final Http.Bounds BOUNDS = new Http.Bounds(128L << 20, Duration.ofSeconds(1));
    private static final int LARGE = 1 << 19;
    private static final long PAUSE_NANOS = 15_000_000;

    private final ServerSocket server = listen();
    private final Http http =
            new Http(
                    RelayAddress.parse("http://127.0.0.1:" + server.getLocalPort()),
                    "test/1",
                    Network.ofEnvironment());

    @AfterEach
    void close() throws IOException {
        http.close();
        server.close();
    }

    @Test
    void bodyThatTakesLongerThanThePatienceArrives() throws Exception {
        serve(
                (in, out) -> {
                    byte[] piece = new byte[4_096];
                    int left = LARGE;
                    while (left > 0) {
                        left -= in.read(piece);
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                    head(out, 2);
                    out.write("{}".getBytes(StandardCharsets.US_ASCII));
                });

        Reply<String> reply =
                http.post("/", null, Map.of("text", "x".repeat(LARGE)), BOUNDS, JsonNode::toString);

        assertThat(reply).isEqualTo(new Reply.Success<>("{}"));
    }

    @Test
    void answerThatTakesLongerThanThePatienceIsRead() throws Exception {
        String answer = "\"" + "x".repeat(150) + "\"";
        serve(
                (_, out) -> {
                    head(out, answer.length());
                    for (char one : answer.toCharArray()) {
                        out.write(one);
                        out.flush();
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                });

        assertThat(http.get("/", null, BOUNDS, JsonNode::toString))
                .isEqualTo(new Reply.Success<>(answer));
    }

    @Test
    void silenceInTheMiddleOfAnAnswerEndsIt() throws Exception {
        serve(
                (in, out) -> {
                    head(out, LARGE);
                    out.write('"');
                    out.flush();
                    in.transferTo(OutputStream.nullOutputStream());
                });

        assertThat(http.get("/", null, BOUNDS, JsonNode::toString))
                .isInstanceOf(Reply.Unavailable.class);
    }

    @Test
    void bodyThatNobodyTakesIsGivenUp() throws Exception {
        serve((in, _) -> LockSupport.parkNanos(Duration.ofSeconds(100).toNanos()));

        // More than the buffers of a connection take.
        Reply<String> reply =
                http.post(
                        "/",
                        null,
                        Map.of("text", "x".repeat(32 * LARGE)),
                        BOUNDS,
                        JsonNode::toString);

        assertThat(reply).isInstanceOf(Reply.Unavailable.class);
    }

    private interface Peer {
        void talk(InputStream in, OutputStream out) throws IOException;
    }

    /// Serves one connection.
    private void serve(Peer peer) {
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (Socket socket = server.accept()) {
                                peer.talk(socket.getInputStream(), socket.getOutputStream());
                            } catch (IOException _) {
                                // The client has hung up.
                            }
                        });
    }

    private static void head(OutputStream out, int length) throws IOException {
        out.write(
                ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
