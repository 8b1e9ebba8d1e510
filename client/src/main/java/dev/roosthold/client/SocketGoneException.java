package dev.roosthold.client;

/// The connection ended, or an acknowledgement did not come in time.
public final class SocketGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SocketGoneException(String message) {
        super(message, null, false, false);
    }
}
