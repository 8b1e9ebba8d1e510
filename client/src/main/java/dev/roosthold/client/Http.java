package dev.roosthold.client;

import dev.roosthold.client.network.Network;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
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

    /// What is large has the time that this many bytes a second take, beside the patience. A relay
    /// ends transfers that are slower.
    private static final long SLOWEST_PER_SECOND = 16 << 10;

    private static final MediaType JSON = MediaType.get("application/json");
    private static final MediaType BYTES = MediaType.get("application/octet-stream");

    private static final String CLIENT = "X-Happy-Client";
    private static final String NO_ADDRESS = "the answer is not one of a relay";

    /// One relay is all that this object speaks to; the library's own bound of 5 would make
    /// requests wait for one another.
    private static final int MAX_AT_ONCE = 64;

    private final RelayAddress relay;
    private final String clientName;
    private final Network network;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("roost-http").factory());

    /// For requests that do no harm when the library sends them again on another connection.
    private final OkHttpClient repeating;

    /// For all others.
    private final OkHttpClient once;

    /// What one exchange may take.
    ///
    /// @param answerBytes a longer answer counts as a broken connection
    /// @param patience how long nothing may go or come; the answer to a large body may take longer
    ///     by the time that the body takes
    record Bounds(long answerBytes, Duration patience) {
        /// A request on a connection that died unnoticed must not hold up the next try for long.
        static final Bounds SMALL = new Bounds(4L << 20, Duration.ofSeconds(10));

        /// One message may be as long as the relay takes one, 100 MB; pages are far smaller.
        static final Bounds LARGE = new Bounds(128L << 20, Duration.ofSeconds(60));
    }

    private record Answer(int status, byte[] bytes) {
        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    Http(RelayAddress relay, String clientName, Network network) {
        this.relay = relay;
        this.clientName = clientName;
        this.network = network;
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(MAX_AT_ONCE);
        dispatcher.setMaxRequestsPerHost(MAX_AT_ONCE);
        repeating = configured(relay.uri(), dispatcher).build();
        once = repeating.newBuilder().retryOnConnectionFailure(false).build();
    }

    private OkHttpClient.Builder configured(URI address, Dispatcher dispatcher) {
        return network.clientTo(address)
                .dispatcher(dispatcher)
                .connectTimeout(CONNECT_TIMEOUT);
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

    /// Sends bytes to an address that the relay has given out. It may arrive twice.
    ///
    /// @param bearer goes along only when the address is the relay's
    Reply<Boolean> putBytes(String url, BearerToken bearer, byte[] bytes)
            throws InterruptedException {
        return atGiven(
                once,
                url,
                bearer,
                request -> request.put(RequestBody.create(BYTES, bytes)),
                Bounds.LARGE,
                _ -> true);
    }

    /// Sends bytes as the last field, `file`, of a form. It may arrive twice.
    ///
    /// @param bearer goes along only when the address is the relay's
    /// @param fields before the file, in their order
    Reply<Boolean> postForm(
            String url,
            BearerToken bearer,
            SequencedMap<String, String> fields,
            String fileName,
            byte[] bytes)
            throws InterruptedException {
        MultipartBody.Builder form = new MultipartBody.Builder().setType(MultipartBody.FORM);
        fields.forEach(form::addFormDataPart);
        form.addFormDataPart("file", fileName, RequestBody.create(BYTES, bytes));
        return atGiven(
                once, url, bearer, request -> request.post(form.build()), Bounds.LARGE, _ -> true);
    }

    /// Reads bytes from an address that the relay has given out.
    ///
    /// @param bearer goes along only when the address is the relay's
    /// @param most more than this counts as a broken connection
    Reply<byte[]> getBytes(String url, BearerToken bearer, int most) throws InterruptedException {
        return atGiven(
                repeating,
                url,
                bearer,
                Request.Builder::get,
                new Bounds(most, Bounds.LARGE.patience()),
                Answer::bytes);
    }

    /// One exchange with an address that the relay has given out. Another server than the relay
    /// learns neither the bearer nor the kind of client, has its own way through proxies, and
    /// cannot end the sign-in.
    private <T> Reply<T> atGiven(
            OkHttpClient toRelay,
            String url,
            BearerToken bearer,
            UnaryOperator<Request.Builder> method,
            Bounds bounds,
            Function<Answer, T> reader)
            throws InterruptedException {
        HttpUrl address = HttpUrl.parse(url);
        if (address == null) {
            return new Reply.Unavailable<>(NO_ADDRESS);
        }
        boolean isRelays = url.startsWith(relay + "/");
        Request.Builder request = method.apply(new Request.Builder().url(address));
        if (isRelays) {
            request.header(CLIENT, clientName);
        }
        Answer answer;
        try {
            answer =
                    exchange(
                            isRelays ? toRelay : to(address, toRelay),
                            request,
                            isRelays ? bearer : null,
                            bounds);
        } catch (IOException e) {
            return new Reply.Unavailable<>(Failures.reason(e));
        }
        if (answer.isSuccess()) {
            return new Reply.Success<>(reader.apply(answer));
        }
        Reply<T> failure = failure(answer);
        return !isRelays && failure instanceof Reply.CredentialsRefused(String message)
                ? new Reply.Denied<>(answer.status(), message)
                : failure;
    }

    private OkHttpClient to(HttpUrl address, OkHttpClient like) {
        return configured(address.uri(), like.dispatcher())
                .connectionPool(like.connectionPool())
                .retryOnConnectionFailure(like.retryOnConnectionFailure())
                .build();
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
                .header(CLIENT, clientName);
        try {
            return sort(exchange(client, request, bearer, bounds), reader);
        } catch (IOException e) {
            return new Reply.Unavailable<>(Failures.reason(e));
        }
    }

    private Answer exchange(
            OkHttpClient client,
            Request.Builder request,
            @Nullable BearerToken bearer,
            Bounds bounds)
            throws IOException, InterruptedException {
        request.header("Accept-Encoding", "identity").header("User-Agent", clientName);
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer.value());
        }
        Call call = call(client, request.build(), bounds);
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        call.enqueue(new Reading(bounds.answerBytes(), answer));
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } finally {
            // Nothing to do after an answer; frees the connection after an interrupt.
            call.cancel();
        }
    }

    /// Neither a line that carries nothing any more nor an answer that never ends is waited for,
    /// but a line that is slow is: giving a large message up on it, and sending it again, would go
    /// on for ever.
    private static Call call(OkHttpClient client, Request request, Bounds bounds)
            throws IOException {
        RequestBody body = request.body();
        Duration sending = body == null ? Duration.ZERO : atSlowest(body.contentLength());
        // A body that is on its way in the buffers of the system still has to arrive.
        Duration silence = bounds.patience().plus(sending);
        Call call =
                client.newBuilder()
                        .writeTimeout(bounds.patience())
                        .readTimeout(silence)
                        .build()
                        .newCall(request);
        call.timeout()
                .timeout(
                        silence.plus(atSlowest(bounds.answerBytes())).toMillis(),
                        TimeUnit.MILLISECONDS);
        return call;
    }

    private static Duration atSlowest(long bytes) {
        return Duration.ofSeconds(bytes / SLOWEST_PER_SECOND);
    }

    /// Reads the whole answer, within its bound.
    private record Reading(long most, CompletableFuture<Answer> answer) implements Callback {

        @Override
        public void onResponse(Call call, Response response) {
            try (ResponseBody body = response.body()) {
                answer.complete(
                        new Answer(response.code(), body == null ? new byte[0] : read(body)));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        }

        private byte[] read(ResponseBody body) throws IOException {
            BufferedSource source = body.source();
            if (body.contentLength() > most || source.request(most + 1)) {
                throw new IOException("the answer is too long");
            }
            return source.readByteArray();
        }

        @Override
        public void onFailure(Call call, IOException failure) {
            answer.completeExceptionally(failure);
        }
    }

    private static <T> Reply<T> sort(Answer answer, Function<JsonNode, T> reader) {
        if (!answer.isSuccess()) {
            return failure(answer);
        }
        try {
            return new Reply.Success<>(reader.apply(Json.read(answer.body())));
        } catch (JacksonException | IllegalArgumentException e) {
            return new Reply.Unavailable<>(NO_ADDRESS);
        }
    }

    private static <T> Reply<T> failure(Answer answer) {
        int status = answer.status();
        String message = errorText(answer.body()).orElse("status " + status);
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
