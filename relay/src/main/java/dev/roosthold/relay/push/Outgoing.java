package dev.roosthold.relay.push;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Requests to services outside. Bounded in number, time and size of the answer; redirects are not
/// followed. The client is made with the first request. Thread-safe.
final class Outgoing implements AutoCloseable {
    private static final int MAX_IN_FLIGHT = 256;
    private static final int MAX_ANSWER = 256 << 10;

    private final Duration patience;
    private final UnaryOperator<HttpClient.Builder> settings;
    private final Semaphore free = new Semaphore(MAX_IN_FLIGHT);
    private @Nullable HttpClient client;
    private boolean closed;

    /// @param patience for a whole exchange
    /// @param settings more of the client's
    Outgoing(Duration patience, UnaryOperator<HttpClient.Builder> settings) {
        this.patience = patience;
        this.settings = settings;
    }

    /// Fails with whatever went wrong, in time.
    CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request) {
        if (!free.tryAcquire()) {
            return CompletableFuture.failedFuture(new TooManyRequests());
        }
        CompletableFuture<HttpResponse<byte[]>> exchange;
        try {
            exchange =
                    client().sendAsync(
                                    request,
                                    BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
        } catch (RuntimeException e) {
            free.release();
            return CompletableFuture.failedFuture(e);
        }
        return exchange.copy()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete(
                        (_, failure) -> {
                            free.release();
                            if (failure != null) {
                                exchange.cancel(true);
                            }
                        });
    }

    /// Ends what is on its way.
    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.shutdownNow();
        }
    }

    private synchronized HttpClient client() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        if (client == null) {
            client =
                    settings.apply(
                                    HttpClient.newBuilder()
                                            .connectTimeout(patience)
                                            .followRedirects(HttpClient.Redirect.NEVER))
                            .build();
        }
        return client;
    }

    static final class TooManyRequests extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyRequests() {
            super("too many requests are on their way", null, false, false);
        }
    }
}
