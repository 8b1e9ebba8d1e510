package dev.roosthold.conformance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

@Timeout(30)
class SocketLinkTest {
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @Test
    void aServerThatIsKilledDuringACallIsNoticed() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var serving = Thread.ofVirtual().start(() -> serve(server));
            SocketLink link =
                    SocketLink.open(
                                    URI.create("http://127.0.0.1:" + server.getLocalPort()),
                                    Map.of(),
                                    new Ears())
                            .orElseThrow()
                            .link();
            open.countDown();
            serving.join();
            // Killed: the kernel has said so, and the client is busy with the call.
            mayAnswer.countDown();
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(link.isOpen()).isFalse();
        }
    }

    /// Asks the client something and is gone before it answers.
    private void serve(ServerSocket server) {
        try (Socket client = server.accept()) {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    client.getInputStream(), StandardCharsets.US_ASCII));
            String key = "";
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.startsWith("Sec-WebSocket-Key: ")) {
                    key = line.substring("Sec-WebSocket-Key: ".length());
                }
            }
            byte[] digest =
                    MessageDigest.getInstance("SHA-1")
                            .digest(
                                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                            .getBytes(StandardCharsets.US_ASCII));
            OutputStream out = client.getOutputStream();
            out.write(
                    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                                    + Base64.getEncoder().encodeToString(digest)
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            out.write(frame("40{\"sid\":\"s\"}"));
            open.await();
            out.write(frame("427[\"rpc-request\",{}]"));
            asked.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] frame(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[bytes.length + 2];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, frame, 2, bytes.length);
        return frame;
    }

    private final class Ears implements SocketLink.Listener {
        @Override
        public void event(String name, JsonNode args) {
            // None is sent.
        }

        @Override
        public JsonNode asked(String name, JsonNode args) {
            asked.countDown();
            try {
                mayAnswer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return MissingNode.getInstance();
        }

        @Override
        public void answeredTwice(int id) {
            // Nothing is asked.
        }

        @Override
        public void ended() {
            ended.countDown();
        }
    }
}
