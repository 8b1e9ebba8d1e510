package dev.roosthold.relay.store;

/// More waits for the store than it takes; nothing was done, and it may be tried again.
///
/// Without a stack trace, as it comes in masses and says everything.
public final class OverloadedException extends StoreException {
    private static final long serialVersionUID = 1L;

    OverloadedException(String message) {
        super(message, false);
    }
}
