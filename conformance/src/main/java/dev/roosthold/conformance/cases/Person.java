package dev.roosthold.conformance.cases;

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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// A fresh account with one session and one machine, at one address of the server. Thread-safe.
final class Person {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final HttpClient http;
    private final URI server;
    private final String token;
    private final String session;
    private final String machine;

    /// @param body missing when it is no JSON
    record Answer(int status, JsonNode body) {
        boolean ok() {
            return status == 200;
        }
    }

    private Person(HttpClient http, URI server, String token, String session, String machine) {
        this.http = http;
        this.server = server;
        this.token = token;
        this.session = session;
        this.machine = machine;
    }

    /// Signs up.
    ///
    /// @throws WireException when the server refuses
    static Person signUp(HttpClient http, URI server) {
        SecureRandom random = new SecureRandom();
        SignInRequest signIn = SignIn.request(MasterSecret.random(random), random);
        String token =
                new Person(http, server, "", "", "")
                        .need(
                                "POST",
                                "/v1/auth",
                                Map.of(
                                        "publicKey", signIn.publicKey(),
                                        "challenge", signIn.challenge(),
                                        "signature", signIn.signature()))
                        .path("token")
                        .asString();
        Person bare = new Person(http, server, token, "", "");
        String machine = UUID.randomUUID().toString();
        bare.need("POST", "/v1/machines", Map.of("id", machine, "metadata", "m0"));
        return new Person(http, server, token, bare.newSession("first"), machine);
    }

    /// The same person at another address.
    Person at(URI other) {
        return new Person(http, other, token, session, machine);
    }

    String token() {
        return token;
    }

    String session() {
        return session;
    }

    String machine() {
        return machine;
    }

    String newSession(String tag) {
        return need("POST", "/v1/sessions", Map.of("tag", tag, "metadata", "m0"))
                .path("session")
                .path("id")
                .asString();
    }

    Answer send(String method, String path, @Nullable Object body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(PATIENCE)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), json(response.body()));
        } catch (IOException e) {
            throw new WireException(method + " " + path + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    /// The body of the 200 that must come.
    JsonNode need(String method, String path, @Nullable Object body) {
        Answer answer = send(method, path, body);
        if (!answer.ok()) {
            throw new WireException(method + " " + path + " answered " + answer.status());
        }
        return answer.body();
    }

    /// The row of a session in the list.
    JsonNode sessionRow(String id) {
        return get("/v1/sessions")
                .body()
                .path("sessions")
                .valueStream()
                .filter(row -> row.path("id").asString("").equals(id))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    JsonNode machineRow() {
        return get("/v1/machines/" + machine).body().path("machine");
    }

    RawSocketIo user() {
        return connect(Map.of("clientType", "user-scoped"));
    }

    RawSocketIo sessionSocket() {
        return connect(Map.of("clientType", "session-scoped", "sessionId", session));
    }

    RawSocketIo machineSocket() {
        return connect(Map.of("clientType", "machine-scoped", "machineId", machine));
    }

    private RawSocketIo connect(Map<String, String> scope) {
        var auth = JSON.createObjectNode();
        auth.put("token", token);
        scope.forEach(auth::put);
        return RawSocketIo.connect(server, auth.toString());
    }

    private static JsonNode json(String text) {
        try {
            return text.isEmpty() ? MissingNode.getInstance() : JSON.readTree(text);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    /// JSON array of an event with one argument.
    static String event(String name, Object argument) {
        return JSON.writeValueAsString(java.util.List.of(name, argument));
    }
}
