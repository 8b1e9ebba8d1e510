package dev.roosthold.relay.http;

import java.util.LinkedHashMap;
import java.util.Map;

/// The answers of the server itself, in the words that clients of the protocol know.
final class Failures {
    static final Response MISSING_BEARER = Response.error(401, "Missing authorization header");
    static final Response INVALID_TOKEN = Response.error(401, "Invalid token");
    static final Response AUTHENTICATION_FAILED = Response.error(401, "Authentication failed");
    static final Response FORBIDDEN = Response.error(403, "Forbidden");
    static final Response UNEXPECTED =
            of(500, "Internal Server Error", "An unexpected error occurred");

    private Failures() {}

    static Response notFound(String method, Target target) {
        var body = new LinkedHashMap<String, Object>();
        body.put("error", "Not found");
        body.put("path", target.received());
        body.put("method", method);
        return new Response.Json(404, body);
    }

    static Response badRequest(String message) {
        return of(400, "Error", message);
    }

    static Response brokenJson(String message) {
        return of(400, "SyntaxError", message);
    }

    static Response mediaType(String received) {
        return of(415, "FastifyError", "Unsupported Media Type: " + received);
    }

    static Response tooLarge(int limit) {
        return of(413, "Payload Too Large", "The body may have at most " + limit + " bytes");
    }

    static Response overloaded() {
        return of(503, "Service Unavailable", "Too many requests are being received");
    }

    /// Not a 401, after which clients throw their token away.
    static Response unverified() {
        return of(503, "Service Unavailable", "The token cannot be verified at the moment");
    }

    static Response expectation() {
        return of(417, "Expectation Failed", "Only 100-continue can be expected");
    }

    static Response of(int status, String error, String message) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error);
        body.put("message", message);
        body.put("statusCode", status);
        return new Response.Json(status, body);
    }
}
