package dev.roosthold.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Sends JSON over HTTP and sorts the outcome into [Reply]. Follows no redirect, so that a bearer
/// never travels to another address. Thread-safe.
final class Http implements AutoCloseable {
    /// An encrypted machine row is a few kilobytes; this only bounds what a broken peer can cost.
    private static final long MAX_ANSWER_BYTES = 4L * 1024 * 1024;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /// The relay answers these small requests in milliseconds; a request on a connection that died
    /// unnoticed must not hold up the next try for long.
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final RelayAddress relay;
    private final String clientName;
    private final HttpClient client;

    Http(RelayAddress relay, String clientName) {
        this.relay = relay;
        this.clientName = clientName;
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .build();
    }

    <T> Reply<T> post(
            String path, @Nullable BearerToken bearer, Object body, Function<JsonNode, T> reader)
            throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(relay.at(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(Json.write(body)));
        return send(request, bearer, reader);
    }

    <T> Reply<T> get(String path, BearerToken bearer, Function<JsonNode, T> reader)
            throws InterruptedException {
        return send(HttpRequest.newBuilder(relay.at(path)).GET(), bearer, reader);
    }

    private <T> Reply<T> send(
            HttpRequest.Builder request, @Nullable BearerToken bearer, Function<JsonNode, T> reader)
            throws InterruptedException {
        request.timeout(ANSWER_TIMEOUT)
                .header("Accept", "application/json")
                .header("X-Happy-Client", clientName);
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer.value());
        }
        try {
            HttpResponse<String> answer =
                    client.send(
                            request.build(),
                            BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER_BYTES));
            return sort(answer.statusCode(), answer.body(), reader);
        } catch (IOException e) {
            return new Reply.Unavailable<>(reason(e));
        }
    }

    private static <T> Reply<T> sort(int status, String body, Function<JsonNode, T> reader) {
        if (status >= 200 && status < 300) {
            try {
                return new Reply.Success<>(reader.apply(Json.read(body)));
            } catch (JacksonException | IllegalArgumentException e) {
                return new Reply.Unavailable<>("the answer is not one of a relay");
            }
        }
        String message = errorText(body).orElse("status " + status);
        if (status == 401) {
            return new Reply.CredentialsRefused<>(message);
        }
        if (status < 400 || status >= 500 || status == 408 || status == 429) {
            return new Reply.Unavailable<>("the server answers with status " + status);
        }
        return new Reply.Denied<>(status, message);
    }

    private static Optional<String> errorText(String body) {
        try {
            JsonNode error = Json.read(body).path("error");
            return error.isString()
                    ? Optional.of(Json.forPeople(error.asString()))
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// Exception messages are not shown as they are: they may carry header values.
    private static String reason(IOException e) {
        return switch (e) {
            case HttpTimeoutException _ -> "no answer in time";
            case ConnectException c when c.getCause() instanceof UnresolvedAddressException ->
                    "the host name is not known";
            case ConnectException _ -> "connection refused";
            default -> "the connection broke";
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
