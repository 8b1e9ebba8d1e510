package dev.roosthold.conformance.wire;

import java.net.http.HttpClient;

/// HTTP clients that any server understands. Thread-safe: no state.
public final class Http1 {
    private Http1() {}

    /// For clients that speak HTTP/1.1 and offer nothing else. Java by itself offers HTTP/2 as an
    /// upgrade of the connection (RFC 9110, section 7.8), and a server on Node.js with Socket.IO
    /// hangs up on an upgrade that is not to a websocket.
    public static HttpClient.Builder client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    }
}
