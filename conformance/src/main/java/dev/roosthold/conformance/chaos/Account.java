package dev.roosthold.conformance.chaos;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One account with a machine and some sessions, and what its clients know to be stored.
/// Thread-safe.
final class Account {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int PAGE = 500;

    private final HttpClient http;
    private final URI server;
    private final String token;
    private final String machine = UUID.randomUUID().toString();
    private final List<String> sessions = new ArrayList<>();

    /// Local ids of acknowledged messages, by session.
    private final Map<String, Set<String>> acknowledged = new ConcurrentHashMap<>();

    Account(HttpClient http, URI server, int sessionCount) {
        this.http = http;
        this.server = server;
        SecureRandom random = new SecureRandom();
        SignInRequest signIn = SignIn.request(MasterSecret.random(random), random);
        this.token =
                require(
                                "POST",
                                "/v1/auth",
                                Map.of(
                                        "publicKey", signIn.publicKey(),
                                        "challenge", signIn.challenge(),
                                        "signature", signIn.signature()))
                        .path("token")
                        .asString();
        require("POST", "/v1/machines", Map.of("id", machine, "metadata", "m"));
        for (int i = 0; i < sessionCount; i++) {
            String session =
                    require("POST", "/v1/sessions", Map.of("tag", "t" + i, "metadata", "m"))
                            .path("session")
                            .path("id")
                            .asString();
            sessions.add(session);
        }
    }

    String token() {
        return token;
    }

    String machine() {
        return machine;
    }

    List<String> sessions() {
        return sessions;
    }

    void acknowledged(String session, String localId) {
        acknowledged(session).add(localId);
    }

    Set<String> acknowledged(String session) {
        return acknowledged.computeIfAbsent(session, _ -> ConcurrentHashMap.newKeySet());
    }

    /// A message as a reader keeps it.
    record Stored(long seq, String localId) {}

    /// All messages of a session after a number; empty when the server could not be reached.
    Optional<List<Stored>> messagesAfter(String session, long after) {
        List<Stored> all = new ArrayList<>();
        long last = after;
        while (true) {
            Optional<JsonNode> answer =
                    call(
                            "GET",
                            "/v3/sessions/"
                                    + session
                                    + "/messages?limit="
                                    + PAGE
                                    + "&after_seq="
                                    + last,
                            null);
            if (answer.isEmpty()) {
                return Optional.empty();
            }
            for (JsonNode message : answer.get().path("messages")) {
                last = message.path("seq").asLong();
                all.add(new Stored(last, message.path("localId").asString("")));
            }
            if (!answer.get().path("hasMore").asBoolean()) {
                return Optional.of(all);
            }
        }
    }

    /// The row of a session, from the list; empty when the server could not be reached.
    Optional<JsonNode> session(String session) {
        return call("GET", "/v1/sessions", null)
                .flatMap(
                        answer ->
                                answer.path("sessions")
                                        .valueStream()
                                        .filter(row -> row.path("id").asString().equals(session))
                                        .findFirst());
    }

    Optional<JsonNode> machineRow() {
        return call("GET", "/v1/machines/" + machine, null).map(answer -> answer.path("machine"));
    }

    /// Posts one message; whether it was acknowledged.
    boolean post(String session, String localId, String content) {
        boolean stored =
                call(
                                "POST",
                                "/v3/sessions/" + session + "/messages",
                                Map.of(
                                        "messages",
                                        List.of(Map.of("content", content, "localId", localId))))
                        .isPresent();
        if (stored) {
            acknowledged(session, localId);
        }
        return stored;
    }

    private JsonNode require(String method, String path, Map<String, ?> body) {
        return call(method, path, body)
                .orElseThrow(() -> new WireException(path + " could not be reached"));
    }

    /// Empty when the server cannot be reached; anything but 200 is a fault of the server.
    private Optional<JsonNode> call(String method, String path, @Nullable Map<String, ?> body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> response;
        try {
            response = http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        if (response.statusCode() != 200) {
            throw new WireException(
                    method + " " + path + " answered " + response.statusCode() + response.body());
        }
        return Optional.of(JSON.readTree(response.body()));
    }
}
