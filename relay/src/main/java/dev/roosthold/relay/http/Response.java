package dev.roosthold.relay.http;

import java.util.Map;

/// The answer to a request.
public sealed interface Response {

    int status();

    /// A JSON answer, written with the protocol's codec.
    ///
    /// @param body anything the codec writes
    record Json(int status, Object body) implements Response {}

    /// Any other answer. The array belongs to the response afterwards.
    record Bytes(int status, String contentType, byte[] body, Map<String, String> headers)
            implements Response {}

    static Response ok(Object body) {
        return new Json(200, body);
    }

    /// `{"error": text}` with the status.
    static Response error(int status, String text) {
        return new Json(status, Map.of("error", text));
    }
}
