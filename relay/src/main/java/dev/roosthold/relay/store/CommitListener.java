package dev.roosthold.relay.store;

/// Told about every commit, for counting. Called on the writer thread: must neither block nor
// throw.
@FunctionalInterface
public interface CommitListener {
    CommitListener NONE = (_, _) -> {};

    /// @param writes how many committed together
    /// @param nanos what the commit took, its flush to the disk included
    void committed(int writes, long nanos);
}
