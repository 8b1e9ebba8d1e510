package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Requests with one bearer, or without when it is empty. Thread-safe.
record Rest(HttpClient http, URI server, String bearer) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Differ from answer to answer, or follow from the length of what differs.
    private static final Set<String> UNTOLD = Set.of("date", "content-length");

    /// @param body JSON text; empty for none
    record Request(String method, String path, String body) {}

    /// @param headers without the date and the length
    record Answer(int status, Map<String, List<String>> headers, String body) {
        boolean isUnknownRoute() {
            return status == 404 && body.contains("\"path\":");
        }

        /// Status and body for a comparison, without what changes by itself: the time of the
        /// answer, and when a device was seen, for asking is being seen.
        String lasting(String path) {
            String text = body.replaceAll("\"timestamp\":[0-9]+", "\"timestamp\":0");
            if (path.equals("/v1/devices")) {
                text = text.replaceAll("\"lastSeen\":[0-9]+", "\"lastSeen\":0");
            }
            return status + " " + text;
        }

        @Override
        public String toString() {
            return status
                    + " "
                    + (body.length() > 300 ? body.substring(0, 300) + "..." : body)
                    + " "
                    + headers;
        }
    }

    Rest as(String other) {
        return new Rest(http, server, other);
    }

    Answer send(Request request) {
        return send(request, "application/json", request.body().getBytes(StandardCharsets.UTF_8));
    }

    Answer send(Request request, String type, byte[] bytes) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(server + request.path()))
                        .timeout(PATIENCE)
                        .method(
                                request.method(),
                                bytes.length == 0
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(bytes));
        if (bytes.length > 0) {
            builder.header("Content-Type", type);
        }
        if (!bearer.isEmpty()) {
            builder.header("Authorization", "Bearer " + bearer);
        }
        try {
            HttpResponse<byte[]> response = http.send(builder.build(), BodyHandlers.ofByteArray());
            Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
            headers.keySet().removeAll(UNTOLD);
            return new Answer(
                    response.statusCode(),
                    headers,
                    new String(response.body(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new WireException(request.method() + " " + request.path() + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }

    /// The body of the 200 that must come.
    JsonNode need(String method, String path, Object body) {
        Answer answer = send(new Request(method, path, JSON.writeValueAsString(body)));
        if (answer.status() != 200) {
            throw new WireException(method + " " + path + " answered " + answer.status());
        }
        return JSON.readTree(answer.body());
    }

    JsonNode need(String path) {
        Answer answer = send(new Request("GET", path, ""));
        if (answer.status() != 200) {
            throw new WireException(path + " answered " + answer.status());
        }
        return JSON.readTree(answer.body());
    }
}
