package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A fresh account with one machine and one session. Thread-safe.
final class TestAccount {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http;
    private final URI server;
    private volatile String enrolledId = "absent";
    private final String token;
    private final String machineId = UUID.randomUUID().toString();
    private final String sessionId;

    TestAccount(HttpClient http, URI server) {
        this.http = http;
        this.server = server;
        SecureRandom random = new SecureRandom();
        SignInRequest signIn = SignIn.request(MasterSecret.random(random), random);
        JsonNode answer =
                post(
                        "/v1/auth",
                        Map.of(
                                "publicKey", signIn.publicKey(),
                                "challenge", signIn.challenge(),
                                "signature", signIn.signature()),
                        "");
        this.token = answer.path("token").asString();
        post("/v1/machines", Map.of("id", machineId, "metadata", "ZW5jOm0="), token);
        sessionId =
                post("/v1/sessions", Map.of("tag", "t", "metadata", "ZW5jOnM="), token)
                        .path("session")
                        .path("id")
                        .asString();
    }

    String machineId() {
        return machineId;
    }

    String sessionId() {
        return sessionId;
    }

    String token() {
        return token;
    }

    /// Values for the names in the paths of the routes: rows of this account, and ids of nothing.
    Map<String, String> rows() {
        return Map.of(
                "session",
                sessionId,
                "machine",
                machineId,
                "enrolled",
                enrolledId,
                "artifact",
                artifact(),
                "absent",
                "absent",
                "key",
                "hostile.key",
                "vendor",
                "anthropic");
    }

    /// The same for another account's eyes: only what belongs to somebody.
    Map<String, String> foreignRows() {
        return Map.of("session", sessionId, "machine", machineId, "artifact", artifact());
    }

    /// A credential of a new machine of this account, which is the enrolled one from then on; empty
    /// on a server whose machines have none.
    String machineToken() {
        String id = randomText().substring(0, 21);
        String secret = randomText() + randomText();
        try {
            post("/v1/web/machines", Map.of("machineId", id, "secret", secret, "name", "m"), token);
        } catch (WireException e) {
            return "";
        }
        enrolledId = id;
        return post("/v1/machines/authenticate", Map.of("machineId", id, "secret", secret), "")
                .path("token")
                .asString();
    }

    /// A new artifact; an id of nothing on a server that has no artifacts.
    private String artifact() {
        String id = UUID.randomUUID().toString();
        try {
            post(
                    "/v1/artifacts",
                    Map.of("id", id, "header", "aA==", "body", "Yg==", "dataEncryptionKey", "aw=="),
                    token);
        } catch (WireException e) {
            return id;
        }
        return id;
    }

    private static String randomText() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /// The row of the machine.
    JsonNode machine() {
        HttpRequest get = request("/v1/machines/" + machineId, token).build();
        return send(get).path("machine");
    }

    /// The `auth` payload of a user-scoped socket, as JSON text.
    String userAuth() {
        return "{\"token\":\"" + token + "\",\"clientType\":\"user-scoped\"}";
    }

    RawSocketIo connectUser() {
        return RawSocketIo.connect(server, userAuth());
    }

    RawSocketIo connectMachine() {
        return RawSocketIo.connect(
                server,
                "{\"token\":\"%s\",\"clientType\":\"machine-scoped\",\"machineId\":\"%s\"}"
                        .formatted(token, machineId));
    }

    private JsonNode post(String path, Map<String, String> body, String bearer) {
        return send(
                request(path, bearer)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build());
    }

    private HttpRequest.Builder request(String path, String bearer) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).timeout(Duration.ofSeconds(30));
        return bearer.isEmpty() ? request : request.header("Authorization", "Bearer " + bearer);
    }

    private JsonNode send(HttpRequest request) {
        try {
            var response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new WireException(
                        request.uri().getPath() + " answered " + response.statusCode());
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new WireException(request.uri().getPath() + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }
}
