package dev.roosthold.conformance.replay;

import org.jspecify.annotations.Nullable;

/// The replay itself cannot go on: a recording is unreadable, or an exchange needs something that
/// an earlier failed exchange should have given. Says nothing about the server's conformance.
public final class ReplayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplayException(String message) {
        this(message, null);
    }

    ReplayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
