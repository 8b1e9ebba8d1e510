package dev.roosthold.daemon.local;

/// The daemon did not do what it was asked. The message is for people.
public final class LocalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    LocalException(int status, String message) {
        super(message);
        this.status = status;
    }

    /// HTTP status; 404 for what is not there, 409 for what was refused, 501 without agents.
    public int status() {
        return status;
    }
}
