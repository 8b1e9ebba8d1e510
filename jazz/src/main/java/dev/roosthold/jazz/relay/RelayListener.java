package dev.roosthold.jazz.relay;

/// Told about what a relay does, for counting and for the log. Called on the relay's thread and on
/// those that decode: must neither block nor throw.
public interface RelayListener {
    RelayListener NONE = new RelayListener() {};

    /// Why something was not taken in.
    enum Refusal {
        /// No message, or none that this relay can read.
        UNREADABLE,
        /// A header that does not hash to its id.
        FORGED,
        /// A wrong signature, or an author who cannot sign.
        SIGNATURE,
        /// A limit of sizes or numbers; a space that is full.
        LIMIT,
        /// What it depends on did not come.
        UNRESOLVED
    }

    /// A message was read.
    ///
    /// @param action `load`, `known`, `content`, `reconcile` or `other`
    default void received(String action) {}

    default void refused(Refusal why) {}

    /// A commit is on the disk.
    ///
    /// @param nanos that it took, its flush included
    default void committed(int transactions, long nanos) {}

    /// Content was handed to a connection.
    default void sent(int characters) {}

    /// The disk refused a commit, or the program has a mistake; nothing of it was acknowledged.
    default void failed(String what, Throwable cause) {}
}
