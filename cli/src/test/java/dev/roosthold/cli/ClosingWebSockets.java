package dev.roosthold.cli;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/// Answers the close frame of a server. Without that OkHttp leaves the connection half open, and
/// the Socket.IO client for Java notices the end of its transport only when a ping is overdue.
final class ClosingWebSockets implements WebSocket.Factory {
    private static final OkHttpClient CLIENT = new OkHttpClient();

    @Override
    public WebSocket newWebSocket(Request request, WebSocketListener listener) {
        return CLIENT.newWebSocket(request, new Closing(listener));
    }

    private static final class Closing extends WebSocketListener {
        private final WebSocketListener listener;

        Closing(WebSocketListener listener) {
            this.listener = listener;
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            socket.close(code == 1005 ? 1000 : code, null);
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
        public void onClosed(WebSocket socket, int code, String reason) {
            listener.onClosed(socket, code, reason);
        }

        @Override
        public void onFailure(WebSocket socket, Throwable error, Response response) {
            listener.onFailure(socket, error, response);
        }
    }
}
