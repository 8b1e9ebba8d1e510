package dev.roosthold.bench;

import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What a load run does over REST before and after it measures.
final class RelayApi {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;

    RelayApi(int port) {
        base = URI.create("http://127.0.0.1:" + port);
    }

    /// Makes an account and returns a bearer of it.
    String signUp() throws IOException, InterruptedException {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        var request = SignIn.request(new MasterSecret(secret), RANDOM);
        return call(
                        "POST",
                        "/v1/auth",
                        "",
                        Map.of(
                                "publicKey", request.publicKey(),
                                "challenge", request.challenge(),
                                "signature", request.signature()))
                .path("token")
                .asString();
    }

    /// Makes a session with metadata of that length and returns its id.
    String session(String token, String tag, int metadataLength)
            throws IOException, InterruptedException {
        return call(
                        "POST",
                        "/v1/sessions",
                        token,
                        Map.of("tag", tag, "metadata", "m".repeat(metadataLength)))
                .path("session")
                .path("id")
                .asString();
    }

    /// Posts that many messages of that length to a session, a thousand at a time.
    void post(String token, String session, int count, int length)
            throws IOException, InterruptedException {
        String content = "c".repeat(length);
        for (int from = 0; from < count; from += 1_000) {
            var messages = new ArrayList<Map<String, String>>();
            for (int i = from; i < Math.min(count, from + 1_000); i++) {
                messages.add(Map.of("content", content, "localId", "p" + i));
            }
            call(
                    "POST",
                    "/v3/sessions/" + session + "/messages",
                    token,
                    Map.of("messages", messages));
        }
    }

    JsonNode get(String token, String path) throws IOException, InterruptedException {
        return call("GET", path, token, Map.of());
    }

    JsonNode call(String method, String path, String token, Map<String, ?> body)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(Codec.printText(body)));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        var response = http.send(request.build(), BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException(method + " " + path + " answered " + response.statusCode());
        }
        return Codec.parse(response.body());
    }

    /// How a user-scoped socket of the account enters.
    static LoadSocket.Entrance user(String token) {
        return entrance(Map.of("token", token, "clientType", "user-scoped"));
    }

    /// How a socket of a session enters.
    static LoadSocket.Entrance session(String token, String session) {
        return entrance(
                Map.of("token", token, "clientType", "session-scoped", "sessionId", session));
    }

    /// How the daemon of a machine enters.
    static LoadSocket.Entrance machine(String token, String machine) {
        return entrance(
                Map.of("token", token, "clientType", "machine-scoped", "machineId", machine));
    }

    private static LoadSocket.Entrance entrance(Map<String, String> auth) {
        return new LoadSocket.Entrance("/v1/updates/", "40" + Codec.printText(auth));
    }
}
