package dev.roosthold.conformance.replay;

import dev.roosthold.conformance.wire.RawHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A request with more than 100 MB of body. Sent over a plain socket, because an HTTP client does
/// not tell an answer in the middle of the body from a broken connection.
final class HugeBody {
    private static final int MEBIBYTE = 1 << 20;
    private static final int MEBIBYTES = 101;

    private HugeBody() {}

    /// The answer as `{status}`, or `{error: "EPIPE"}` when the server closes without one.
    static JsonNode post(URI server, String path, String bearer) {
        ObjectNode response = Json.NODES.objectNode();
        long length = MEBIBYTES * (long) MEBIBYTE;
        String head =
                """
                POST %s HTTP/1.1\r
                Host: %s\r
                Authorization: Bearer %s\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                """
                        .formatted(path, server.getAuthority(), bearer, length);
        try (RawHttp connection = RawHttp.open(server)) {
            connection.send(head.getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = " ".repeat(MEBIBYTE).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < MEBIBYTES && !connection.hasAnswer(); i++) {
                connection.send(chunk);
            }
            return response.put("status", connection.status());
        } catch (IOException e) {
            return response.put("error", "EPIPE");
        }
    }
}
