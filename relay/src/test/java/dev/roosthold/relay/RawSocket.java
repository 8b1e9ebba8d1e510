package dev.roosthold.relay;

import dev.roosthold.protocol.Codec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A Socket.IO client that hides nothing: every packet as it comes, also answers nobody asked for.
final class RawSocket implements WebSocket.Listener {
    /// Told about each Socket.IO packet after CONNECT, without its Engine.IO type; one at a time.
    interface Listener {
        void packet(RawSocket socket, String packet);
    }

    private final Listener listener;
    private final StringBuilder text = new StringBuilder();
    private final String connect;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<WebSocket> open = new CompletableFuture<>();
    private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

    RawSocket(HttpClient http, URI relay, Map<String, ?> auth, Listener listener) {
        this.listener = listener;
        this.connect = "40" + Codec.printText(auth);
        var address =
                URI.create(
                        "ws://127.0.0.1:"
                                + relay.getPort()
                                + "/v1/updates/?EIO=4&transport=websocket");
        http.newWebSocketBuilder().buildAsync(address, this).join();
        try {
            connected.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not connected", e);
        }
    }

    /// Sends a packet, without its Engine.IO type. Never blocks.
    void send(String packet) {
        sendText("4" + packet);
    }

    /// Ends the connection without a word.
    void breaks() {
        open.join().abort();
    }

    private synchronized void sendText(String message) {
        sent =
                sent.handle((_, _) -> open.join().sendText(message, true))
                        .thenCompose(stage -> stage);
    }

    @Override
    public void onOpen(WebSocket opened) {
        open.complete(opened);
        opened.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            String message = text.toString();
            text.setLength(0);
            if (message.startsWith("0")) {
                sendText(connect);
            } else if (message.equals("2")) {
                sendText("3");
            } else if (message.startsWith("40")) {
                connected.complete(null);
            } else if (message.startsWith("44")) {
                connected.completeExceptionally(new AssertionError(message));
            } else if (message.startsWith("4")) {
                listener.packet(this, message.substring(1));
            }
        }
        from.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        connected.completeExceptionally(new AssertionError("closed: " + status + " " + reason));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        connected.completeExceptionally(error);
    }
}
