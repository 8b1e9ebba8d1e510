package dev.roosthold.history.store;

/// The database cannot be used: a full disk, a file without rights, damage. The message says which
/// file; nothing of its content.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
