package dev.roosthold.socketio;

/// Told that a socket has gone.
@FunctionalInterface
public interface DisconnectListener {

    void disconnected(Socket socket, DisconnectReason reason);
}
