package dev.roosthold.client;

import dev.roosthold.client.network.UnconnectedSockets;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import okhttp3.Request;
import okhttp3.WebSocket;
import okio.ByteString;
import okio.Utf8;
import org.jspecify.annotations.Nullable;

/// How far what one connection has to send has come. Thread-safe.
///
/// The system takes a little ahead of the line, so [#taken] grows while data waits only as the other
/// side takes it: then the line lives, however long an answer has to stand in the queue.
final class Uplink {
    /// What the system may take ahead, in bytes: on the slowest line that is waited for, 16 KB/s, a
    /// ping behind it still arrives within the patience of the watchdog.
    private static final int SEND_BUFFER = 128 << 10;

    private final AtomicLong written = new AtomicLong();
    private volatile @Nullable WebSocket socket;

    /// Sockets of this factory whose send buffer is small.
    static SocketFactory small(SocketFactory sockets) {
        return new SmallSendBuffer(sockets);
    }

    /// Measures a connection; there is one for each of these.
    WebSocket over(WebSocket connection) {
        socket = connection;
        return new Measured(connection);
    }

    /// Bytes that wait to be taken by the system.
    long waiting() {
        WebSocket connection = socket;
        return connection == null ? 0 : connection.queueSize();
    }

    /// Bytes that the system has taken.
    long taken() {
        return written.get() - waiting();
    }

    private final class Measured implements WebSocket {
        private final WebSocket connection;

        Measured(WebSocket connection) {
            this.connection = connection;
        }

        @Override
        public Request request() {
            return connection.request();
        }

        @Override
        public long queueSize() {
            return connection.queueSize();
        }

        @Override
        public boolean send(String text) {
            written.addAndGet(Utf8.size(text));
            return connection.send(text);
        }

        @Override
        public boolean send(ByteString bytes) {
            written.addAndGet(bytes.size());
            return connection.send(bytes);
        }

        @Override
        public boolean close(int code, @Nullable String reason) {
            return connection.close(code, reason);
        }

        @Override
        public void cancel() {
            connection.cancel();
        }
    }

    private static final class SmallSendBuffer extends UnconnectedSockets {
        private final SocketFactory sockets;

        SmallSendBuffer(SocketFactory sockets) {
            this.sockets = sockets;
        }

        @Override
        public Socket createSocket() throws IOException {
            Socket socket = sockets.createSocket();
            socket.setSendBufferSize(SEND_BUFFER);
            return socket;
        }
    }
}
