package dev.roosthold.relay.socket;

/// An event's argument breaks a rule of the contract. Becomes the event's error form.
public final class InvalidParameters extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidParameters(String message) {
        super(message, null, false, false);
    }
}
