package dev.roosthold.conformance.wire;

import org.jspecify.annotations.Nullable;

/// A connection that a suite needs for itself could not be made, or an answer that a suite relies
/// on did not come.
public final class WireException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WireException(String message) {
        this(message, null);
    }

    public WireException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
