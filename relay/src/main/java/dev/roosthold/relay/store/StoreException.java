package dev.roosthold.relay.store;

/// The store could not do what it promises: a commit failed, the disk is full, the store is closed.
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreException(String message) {
        super(message);
    }

    StoreException(String message, boolean stackTrace) {
        super(message, null, false, stackTrace);
    }
}
