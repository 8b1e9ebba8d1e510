package dev.roosthold.jazz.store;

/// The file could not be read or written, or does not hold what this library wrote.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
