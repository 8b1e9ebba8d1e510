package dev.roosthold.conformance.wire;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/// Websockets for the Socket.IO client that answer the server's close frame.
///
/// OkHttp leaves that to its user, and the Socket.IO client does not do it: it would notice a
/// server's planned stop only when a ping is overdue. Thread-safe.
public final class AnsweringWebSockets implements WebSocket.Factory {
    private static final int NO_STATUS_RECEIVED = 1005;
    private static final int NORMAL = 1000;

    private final OkHttpClient http;

    public AnsweringWebSockets(OkHttpClient http) {
        this.http = http;
    }

    @Override
    public WebSocket newWebSocket(Request request, WebSocketListener listener) {
        return http.newWebSocket(request, new Answering(listener));
    }

    private static final class Answering extends WebSocketListener {
        private final WebSocketListener listener;

        Answering(WebSocketListener listener) {
            this.listener = listener;
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            listener.onOpen(socket, response);
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            listener.onMessage(socket, text);
        }

        @Override
        public void onMessage(WebSocket socket, ByteString bytes) {
            listener.onMessage(socket, bytes);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            // 1005 says that the frame had no code; it must not be sent itself.
            socket.close(code == NO_STATUS_RECEIVED ? NORMAL : code, null);
            listener.onClosing(socket, code, reason);
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            listener.onClosed(socket, code, reason);
        }

        @Override
        public void onFailure(WebSocket socket, Throwable error, @Nullable Response response) {
            listener.onFailure(socket, error, response);
        }
    }
}
