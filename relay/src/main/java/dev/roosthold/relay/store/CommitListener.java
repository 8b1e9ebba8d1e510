package dev.roosthold.relay.store;

/// Told about every commit, for counting. Called on the threads that write, several at the
/// same time: must neither block nor throw.
@FunctionalInterface
public interface CommitListener {
    CommitListener NONE = (_, _) -> {};

    /// @param writes how many committed together
    /// @param nanos what the commit took, its flush to the disk included
    void committed(int writes, long nanos);

    /// One write is on the disk.
    ///
    /// @param nanos since it was submitted, its wait for the writer included
    default void stored(long nanos) {}

    /// The store could not keep these writes; a write that failed by itself is not meant.
    default void failed(int writes) {}

    /// Tells both, this one first.
    default CommitListener and(CommitListener other) {
        var self = this;
        return new CommitListener() {
            @Override
            public void committed(int writes, long nanos) {
                self.committed(writes, nanos);
                other.committed(writes, nanos);
            }

            @Override
            public void stored(long nanos) {
                self.stored(nanos);
                other.stored(nanos);
            }

            @Override
            public void failed(int writes) {
                self.failed(writes);
                other.failed(writes);
            }
        };
    }
}
