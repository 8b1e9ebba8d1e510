package dev.roosthold.sync.replica;

/// The relay did not do its part.
public final class ReplicaException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient RelayFailure failure;

    ReplicaException(RelayFailure failure) {
        super(failure.message(), null, false, false);
        this.failure = failure;
    }

    public RelayFailure failure() {
        return failure;
    }
}
