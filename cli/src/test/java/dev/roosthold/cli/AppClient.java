package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A person's app as the relay sees it: an account key, a bearer, plain HTTP.
final class AppClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MasterSecret secret = MasterSecret.random(RANDOM);
    private String address = "";
    private String token = "";

    static AppClient signUp(String address) throws IOException, InterruptedException {
        AppClient client = new AppClient();
        client.address = address;
        SignInRequest request = SignIn.request(client.secret, RANDOM);
        JsonNode answer =
                client.require(
                        "POST",
                        "/v1/auth",
                        Map.of(
                                "publicKey", request.publicKey(),
                                "challenge", request.challenge(),
                                "signature", request.signature()));
        client.token = answer.path("token").asString();
        assertThat(client.token).isNotEmpty();
        return client;
    }

    MasterSecret secret() {
        return secret;
    }

    String token() {
        return token;
    }

    String address() {
        return address;
    }

    /// The relay is at another address after a restart.
    void moveTo(String newAddress) {
        address = newAddress;
    }

    /// The body of a 200; empty for any other status.
    Optional<JsonNode> call(String method, String path, Object body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> answer =
                HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 200
                ? Optional.of(JSON.readTree(answer.body()))
                : Optional.empty();
    }

    /// Sends the account's key to a machine that waits for it.
    void approve(String machine) throws IOException, InterruptedException {
        String path = "/v1/web/machines/" + machine + "/enrolment";
        String key = get(path).path("publicKey").asString();
        String sealed =
                new PairingAnswer.ContentKey(AccountKeys.of(secret).contentPublicKey())
                        .seal(new BoxPublicKey(Base64.getDecoder().decode(key)), RANDOM);
        JsonNode _ =
                require("POST", path + "/approve", Map.of("publicKey", key, "response", sealed));
    }

    /// The body of the 200 that must come.
    JsonNode require(String method, String path, Object body)
            throws IOException, InterruptedException {
        Optional<JsonNode> answer = call(method, path, body);
        assertThat(answer).as("%s %s", method, path).isPresent();
        return answer.get();
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(address + path))
                        .header("Authorization", "Bearer " + token)
                        .build();
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("GET %s: %s", path, answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }
}
