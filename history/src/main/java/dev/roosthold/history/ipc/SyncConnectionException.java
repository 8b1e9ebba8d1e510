package dev.roosthold.history.ipc;

/// The sync daemon cannot be reached, went away, did not answer in time, or speaks another
/// protocol. Whether a request that was sent was carried out is not known.
public final class SyncConnectionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SyncConnectionException(String message) {
        super(message);
    }
}
