package dev.roosthold.relay;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// REST calls, with a bearer or without.
record Api(HttpClient client, URI base, Optional<String> token, Map<String, String> headers) {

    Api as(String bearer) {
        return new Api(client, base, Optional.of(bearer), headers);
    }

    Api anonymous() {
        return new Api(client, base, Optional.empty(), headers);
    }

    Api with(String header, String value) {
        return new Api(client, base, token, Map.of(header, value));
    }

    Answer get(String path) {
        return call("GET", path, null);
    }

    Answer post(String path, Object body) {
        return call("POST", path, body);
    }

    Answer patch(String path, Object body) {
        return call("PATCH", path, body);
    }

    Answer delete(String path) {
        return call("DELETE", path, null);
    }

    Answer call(String method, String path, @Nullable Object body) {
        return raw(method, path, body == null ? null : Codec.printText(body));
    }

    Answer raw(String method, String path, @Nullable String json) {
        return raw(method, path, json, "application/json");
    }

    Answer raw(String method, String path, @Nullable String json, String type) {
        var request =
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(20))
                        .method(
                                method,
                                json == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", type);
        }
        token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
        headers.forEach(request::header);
        try {
            var response = client.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), Codec.parse(json(response.body())));
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " failed", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /// The open packet of Engine.IO has its type in front.
    private static byte[] json(byte[] body) {
        return body.length > 0 && body[0] == '0' ? Arrays.copyOfRange(body, 1, body.length) : body;
    }
}
