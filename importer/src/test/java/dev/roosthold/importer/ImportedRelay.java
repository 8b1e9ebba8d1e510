package dev.roosthold.importer;

import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A relay that runs on imported data, asked over REST.
final class ImportedRelay implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Relay relay;

    ImportedRelay(Path data) {
        try {
            relay = Relay.start(RelayConfig.defaults().withPort(0).withDataDirectory(data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Someone who is signed in.
    final class Person {
        private final String token;

        private Person(String token) {
            this.token = token;
        }

        JsonNode get(String path) {
            return ok(call("GET", path, token, null));
        }

        JsonNode post(String path, Object body) {
            return ok(call("POST", path, token, body));
        }

        Answer asks(String method, String path, @Nullable Object body) {
            return call(method, path, token, body);
        }
    }

    record Answer(int status, JsonNode body) {}

    Person signsIn(byte[] seed) {
        SignInRequest request = SignIn.request(new MasterSecret(seed), RANDOM);
        JsonNode answer =
                ok(
                        call(
                                "POST",
                                "/v1/auth",
                                null,
                                Map.of(
                                        "publicKey", request.publicKey(),
                                        "challenge", request.challenge(),
                                        "signature", request.signature())));
        return new Person(answer.path("token").asString());
    }

    private static JsonNode ok(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError(answer.toString());
        }
        return answer.body();
    }

    private Answer call(String method, String path, @Nullable String token, @Nullable Object body) {
        var request =
                HttpRequest.newBuilder(URI.create(relay.address() + path))
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(Codec.printText(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            var response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), Codec.parse(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        relay.close();
        http.close();
    }
}
