package dev.roosthold.jazz.transport;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Dials a relay with the WebSocket of the JDK. The address may hold a token: neither exceptions
/// nor logs name it. Thread-safe.
public final class WebSocketDialer implements Link.Dialer {
    /// Characters of one incoming frame; a longer one ends the connection before it is kept.
    public static final int MAX_FRAME = 32 * 1024 * 1024;

    private static final Duration CONNECT_TIME = Duration.ofSeconds(15);
    private static final Duration SEND_TIME = Duration.ofSeconds(30);

    private final URI relay;
    private final @Nullable HttpClient given;
    private final Duration patience;

    /// @param relay `ws://` or `wss://`
    /// @param client for a trust of its own or a proxy; null for the usual. Its executor must bear
    ///     tasks that wait
    public WebSocketDialer(URI relay, @Nullable HttpClient client) {
        this(relay, client, CONNECT_TIME);
    }

    /// @param patience how long the way to the open WebSocket may take, about
    public WebSocketDialer(URI relay, @Nullable HttpClient client, Duration patience) {
        String scheme = relay.getScheme();
        if (!"ws".equals(scheme) && !"wss".equals(scheme)) {
            throw new IllegalArgumentException(
                    "the address of a relay begins with ws:// or wss://");
        }
        this.relay = relay;
        this.given = client;
        this.patience = patience;
    }

    @Override
    public Link dial(Link.Listener listener) throws IOException, InterruptedException {
        HttpClient client =
                given != null
                        ? given
                        : HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .executor(Executors.newVirtualThreadPerTaskExecutor())
                                .connectTimeout(patience)
                                .build();
        var socket = new Socket(listener, given == null ? client : null);
        try {
            socket.open(
                    client.newWebSocketBuilder()
                            .connectTimeout(patience)
                            .buildAsync(relay, socket)
                            .get(patience.toMillis() + 1000, TimeUnit.MILLISECONDS));
            return socket;
        } catch (ExecutionException e) {
            socket.release();
            if (e.getCause() instanceof WebSocketHandshakeException refused
                    && refused.getResponse() != null) {
                throw new RefusedException(
                        refused.getResponse().statusCode(),
                        refused.getResponse().headers().firstValue("Retry-After").orElse(null));
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "cannot reach the relay at " + relay.getHost() + ": " + name(cause));
        } catch (TimeoutException e) {
            socket.release();
            throw new IOException("the relay at " + relay.getHost() + " does not answer", e);
        }
    }

    /// The kind of a failure; its message could hold the address with the token.
    private static String name(Throwable cause) {
        return cause.getClass().getSimpleName();
    }

    /// Frames of one connection, put together from their parts.
    private static final class Socket implements WebSocket.Listener, Link {
        private final Link.Listener listener;
        private final @Nullable HttpClient owned;
        private final StringBuilder parts = new StringBuilder();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable WebSocket socket;

        Socket(Link.Listener listener, @Nullable HttpClient owned) {
            this.listener = listener;
            this.owned = owned;
        }

        void open(WebSocket opened) {
            socket = opened;
        }

        @Override
        public void onOpen(WebSocket opened) {
            opened.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence part, boolean last) {
            if (parts.length() + part.length() > MAX_FRAME) {
                from.abort();
                end(new IOException("the relay sent a frame of more than " + MAX_FRAME));
                return null;
            }
            parts.append(part);
            if (last) {
                String frame = parts.toString();
                parts.setLength(0);
                if (parts.capacity() > 1 << 20) {
                    parts.trimToSize();
                }
                listener.frame(frame);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket from, java.nio.ByteBuffer data, boolean last) {
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            end(null);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end(error);
        }

        @Override
        public void send(String frame) throws IOException, InterruptedException {
            WebSocket to = socket;
            if (to == null || ended.get()) {
                throw new IOException("the connection has ended");
            }
            CompletableFuture<WebSocket> sent = to.sendText(frame, true);
            try {
                sent.get(SEND_TIME.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new IOException("the connection has ended", e.getCause());
            } catch (TimeoutException e) {
                throw new IOException("the relay takes nothing", e);
            }
        }

        @Override
        public void close() {
            WebSocket open = socket;
            if (open != null && !ended.get()) {
                var _ =
                        open.sendClose(WebSocket.NORMAL_CLOSURE, "")
                                .orTimeout(1, TimeUnit.SECONDS)
                                .whenComplete((_, _) -> open.abort());
            }
            end(null);
        }

        private void end(@Nullable Throwable cause) {
            if (ended.compareAndSet(false, true)) {
                listener.closed(cause);
                release();
            }
        }

        void release() {
            HttpClient client = owned;
            if (client != null) {
                // Lets what is under way (our close frame) go out; ends by itself.
                client.shutdown();
            }
        }
    }
}
