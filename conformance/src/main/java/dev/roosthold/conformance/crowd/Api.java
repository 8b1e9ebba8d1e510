package dev.roosthold.conformance.crowd;

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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Requests to one address of the server with one bearer. Thread-safe.
record Api(HttpClient http, URI server, String bearer, Duration patience) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    /// Makes the account of that secret.
    ///
    /// @throws WireException when the server refuses
    static Api signUp(HttpClient http, URI server, MasterSecret secret, Duration patience) {
        SignInRequest signIn = SignIn.request(secret, new SecureRandom());
        String token =
                new Api(http, server, "", patience)
                        .need(
                                "POST",
                                "/v1/auth",
                                Map.of(
                                        "publicKey", signIn.publicKey(),
                                        "challenge", signIn.challenge(),
                                        "signature", signIn.signature()))
                        .path("token")
                        .asString();
        return new Api(http, server, token, patience);
    }

    /// @param status HTTP status
    /// @param body missing when it is no JSON
    record Answer(int status, JsonNode body) {
        boolean ok() {
            return status == 200;
        }

        /// Whether nothing can be concluded from it about what happened.
        boolean saysNothing() {
            return status >= 500;
        }
    }

    /// Empty when no answer came: whether the request did something is not known.
    Optional<Answer> call(String method, String path, @Nullable Object body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(patience)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return Optional.of(new Answer(response.statusCode(), json(response.body())));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// The body of the 200 that must come.
    JsonNode need(String method, String path, Object body) {
        Answer answer =
                call(method, path, body)
                        .orElseThrow(() -> new WireException(path + " was not answered"));
        if (!answer.ok()) {
            throw new WireException(path + " answered " + answer.status() + " " + answer.body());
        }
        return answer.body();
    }

    private static JsonNode json(String text) {
        try {
            return text.isEmpty() ? MissingNode.getInstance() : JSON.readTree(text);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }
}
