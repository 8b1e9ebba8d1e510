package dev.roosthold.client;

import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/// Answers the close frame of the other side, so that the end of the connection is known at once.
///
/// The Socket.IO library ignores a close frame: without an answer OkHttp reports the end only when
// a
/// later write fails, up to a minute after the relay has closed.
final class CloseAnswering extends WebSocketListener {
    private static final int NORMAL = 1000;

    private final WebSocketListener library;

    CloseAnswering(WebSocketListener library) {
        this.library = library;
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
        library.onClosing(socket, code, reason);
        socket.close(NORMAL, null);
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
        library.onOpen(socket, response);
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
        library.onMessage(socket, text);
    }

    @Override
    public void onMessage(WebSocket socket, ByteString bytes) {
        library.onMessage(socket, bytes);
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
        library.onClosed(socket, code, reason);
    }

    @Override
    public void onFailure(WebSocket socket, Throwable failure, @Nullable Response response) {
        library.onFailure(socket, failure, response);
    }
}
