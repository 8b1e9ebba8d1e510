package dev.roosthold.relay.http;

import java.time.Duration;
import java.util.Map;

/// The answer to a request.
public sealed interface Response {

    int status();

    /// A JSON answer, written with the protocol's codec.
    ///
    /// @param body anything the codec writes
    record Json(int status, Object body) implements Response {}

    /// Any other answer. The array belongs to the response afterwards.
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Bytes(int status, String contentType, byte[] body, Map<String, String> headers)
            implements Response {}

    /// 429 with `{"error": text}`.
    ///
    /// @param retryAfter when it may work again; told in whole seconds, at least one
    record TooMany(String error, Duration retryAfter) implements Response {
        @Override
        public int status() {
            return 429;
        }
    }

    static Response tooMany(String error, Duration retryAfter) {
        return new TooMany(error, retryAfter);
    }

    static Response ok(Object body) {
        return new Json(200, body);
    }

    /// `{"error": text}` with the status.
    static Response error(int status, String text) {
        return new Json(status, Map.of("error", text));
    }
}
