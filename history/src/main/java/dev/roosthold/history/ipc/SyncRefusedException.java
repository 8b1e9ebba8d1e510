package dev.roosthold.history.ipc;

/// The sync daemon refused a request, and whoever asked has no use for going on.
public final class SyncRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SyncError error;

    SyncRefusedException(SyncError error) {
        super(error.message());
        this.error = error;
    }

    public SyncError error() {
        return error;
    }
}
