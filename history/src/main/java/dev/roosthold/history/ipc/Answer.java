package dev.roosthold.history.ipc;

/// What the sync daemon said to a request that reached it.
public sealed interface Answer<T> {

    record Done<T>(T value) implements Answer<T> {}

    record Refused<T>(SyncError error) implements Answer<T> {}

    /// The value.
    ///
    /// @throws SyncRefusedException when there is none
    default T orThrow() {
        return switch (this) {
            case Done<T>(T value) -> value;
            case Refused<T>(SyncError error) -> throw new SyncRefusedException(error);
        };
    }
}
