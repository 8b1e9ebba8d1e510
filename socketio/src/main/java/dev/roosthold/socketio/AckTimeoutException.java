package dev.roosthold.socketio;

/// No acknowledgement came within the time given to [Socket#emitWithAck].
public final class AckTimeoutException extends Exception {
    private static final long serialVersionUID = 1L;

    public AckTimeoutException(String event) {
        super("no acknowledgement of " + event + " in time");
    }
}
