package dev.roosthold.client;

import dev.roosthold.client.network.Network;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/// Asks whether anything answers at the relay's address. Many questions may be on their way at the
/// same time: on a line that swallows everything, one that is asked after it has healed is answered
/// although those before it never are. Thread-safe.
final class Reachability implements AutoCloseable {
    /// After this, an answer counts as none.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Request question;
    private final OkHttpClient http;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("roost-probe").factory());
    private final CompletableFuture<Boolean> answered = new CompletableFuture<>();

    Reachability(RelayAddress relay, String clientName, Network network) {
        question =
                new Request.Builder()
                        .url(relay.at("/health").toString())
                        .header("User-Agent", clientName)
                        .build();
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequestsPerHost(dispatcher.getMaxRequests());
        http =
                network.clientTo(relay.uri())
                        .dispatcher(dispatcher)
                        .connectTimeout(PATIENCE)
                        .callTimeout(PATIENCE)
                        .retryOnConnectionFailure(false)
                        .build();
    }

    /// Completes when there was an answer to any question, whatever it says, or a failure that is
    /// one ("connection refused"). Silence completes nothing.
    CompletableFuture<Boolean> answered() {
        return answered;
    }

    void ask() {
        http.newCall(question)
                .enqueue(
                        new Callback() {
                            @Override
                            public void onResponse(Call call, Response response) {
                                response.close();
                                answered.complete(true);
                            }

                            @Override
                            public void onFailure(Call call, IOException failure) {
                                // Timeouts are of this kind.
                                if (!(failure instanceof InterruptedIOException)) {
                                    answered.complete(false);
                                }
                            }
                        });
    }

    @Override
    public void close() {
        http.dispatcher().cancelAll();
        http.connectionPool().evictAll();
        threads.shutdown();
    }
}
