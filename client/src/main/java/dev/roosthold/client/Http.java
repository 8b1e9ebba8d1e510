package dev.roosthold.client;

import dev.roosthold.client.network.Network;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Sends JSON over HTTP and sorts the outcome into [Reply]. Follows no redirect, so that a bearer
/// never travels to another address. Thread-safe.
///
/// The library is the one that the sockets use, so that proxies and certificates mean the same for
/// both.
final class Http implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final MediaType JSON = MediaType.get("application/json");

    /// One relay is all that this object speaks to; the library's own bound of 5 would make
    /// requests wait for one another.
    private static final int MAX_AT_ONCE = 64;

    private final RelayAddress relay;
    private final String clientName;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("roost-http").factory());

    /// For requests that do no harm when the library sends them again on another connection.
    private final OkHttpClient repeating;

    /// For all others.
    private final OkHttpClient once;

    /// What one exchange may take.
    ///
    /// @param answerBytes a longer answer counts as a broken connection
    /// @param patience from the first byte of the request to the last of the answer
    record Bounds(long answerBytes, Duration patience) {
        /// A request on a connection that died unnoticed must not hold up the next try for long.
        static final Bounds SMALL = new Bounds(4L << 20, Duration.ofSeconds(10));

        /// One message may be as long as the relay takes one, 100 MB; pages are far smaller.
        static final Bounds LARGE = new Bounds(128L << 20, Duration.ofSeconds(60));
    }

    private record Answer(int status, String body) {}

    Http(RelayAddress relay, String clientName, Network network) {
        this.relay = relay;
        this.clientName = clientName;
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(MAX_AT_ONCE);
        dispatcher.setMaxRequestsPerHost(MAX_AT_ONCE);
        repeating =
                network.clientTo(relay.uri())
                        .dispatcher(dispatcher)
                        .connectTimeout(CONNECT_TIMEOUT)
                        // The whole call is bounded.
                        .readTimeout(Duration.ZERO)
                        .writeTimeout(Duration.ZERO)
                        .build();
        once = repeating.newBuilder().retryOnConnectionFailure(false).build();
    }

    <T> Reply<T> post(
            String path,
            @Nullable BearerToken bearer,
            Object body,
            Bounds bounds,
            Function<JsonNode, T> reader)
            throws InterruptedException {
        Request.Builder request =
                new Request.Builder().post(RequestBody.create(JSON, Json.write(body)));
        return send(once, path, request, bearer, bounds, reader);
    }

    /// For requests that do no harm when they are sent twice.
    <T> Reply<T> put(String path, BearerToken bearer, Object body, Function<JsonNode, T> reader)
            throws InterruptedException {
        Request.Builder request =
                new Request.Builder().put(RequestBody.create(JSON, Json.write(body)));
        return send(once, path, request, bearer, Bounds.SMALL, reader);
    }

    <T> Reply<T> get(
            String path, @Nullable BearerToken bearer, Bounds bounds, Function<JsonNode, T> reader)
            throws InterruptedException {
        return send(repeating, path, new Request.Builder().get(), bearer, bounds, reader);
    }

    <T> Reply<T> delete(String path, BearerToken bearer, Function<JsonNode, T> reader)
            throws InterruptedException {
        Request.Builder request = new Request.Builder().delete();
        return send(once, path, request, bearer, Bounds.SMALL, reader);
    }

    private <T> Reply<T> send(
            OkHttpClient client,
            String path,
            Request.Builder request,
            @Nullable BearerToken bearer,
            Bounds bounds,
            Function<JsonNode, T> reader)
            throws InterruptedException {
        request.url(relay.at(path).toString())
                .header("Accept", "application/json")
                .header("Accept-Encoding", "identity")
                .header("User-Agent", clientName)
                .header("X-Happy-Client", clientName);
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer.value());
        }
        Call call = client.newCall(request.build());
        call.timeout().timeout(bounds.patience().toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        call.enqueue(new Reading(bounds.answerBytes(), answer));
        try {
            Answer got = answer.get();
            return sort(got.status(), got.body(), reader);
        } catch (ExecutionException e) {
            return new Reply.Unavailable<>(Failures.reason(e.getCause()));
        } finally {
            // Nothing to do after an answer; frees the connection after an interrupt.
            call.cancel();
        }
    }

    /// Reads the whole answer, within its bound.
    private record Reading(long most, CompletableFuture<Answer> answer) implements Callback {

        @Override
        public void onResponse(Call call, Response response) {
            try (ResponseBody body = response.body()) {
                answer.complete(new Answer(response.code(), body == null ? "" : read(body)));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        }

        private String read(ResponseBody body) throws IOException {
            BufferedSource source = body.source();
            if (body.contentLength() > most || source.request(most + 1)) {
                throw new IOException("the answer is too long");
            }
            return source.readUtf8();
        }

        @Override
        public void onFailure(Call call, IOException failure) {
            answer.completeExceptionally(failure);
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

    void dropIdleConnections() {
        repeating.connectionPool().evictAll();
    }

    @Override
    public void close() {
        repeating.dispatcher().cancelAll();
        repeating.connectionPool().evictAll();
        threads.shutdown();
    }
}
