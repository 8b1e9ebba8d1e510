package dev.roosthold.socketio;

/// The socket went before it acknowledged an event.
public final class SocketClosedException extends Exception {
    private static final long serialVersionUID = 1L;

    public SocketClosedException(String event) {
        super("socket closed before it acknowledged " + event);
    }
}
