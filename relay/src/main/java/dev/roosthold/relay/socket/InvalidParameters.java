package dev.roosthold.relay.socket;

/// An event's argument breaks a rule of the contract. Becomes the event's error form.
public final class InvalidParameters extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean missing;

    public InvalidParameters(String message) {
        this(message, false);
    }

    private InvalidParameters(String message, boolean missing) {
        super(message, null, false, false);
        this.missing = missing;
    }

    /// The argument has its form, but what it names is not there for this caller.
    public static InvalidParameters notFound(String message) {
        return new InvalidParameters(message, true);
    }

    boolean isMissing() {
        return missing;
    }
}
