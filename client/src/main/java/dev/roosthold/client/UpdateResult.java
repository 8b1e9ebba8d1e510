package dev.roosthold.client;

/// The outcome of a versioned update.
public sealed interface UpdateResult {

    /// The relay holds what was wanted.
    ///
    /// @param current the field as the relay has it now
    record Saved(Versioned current) implements UpdateResult {}

    /// The row does not exist for this account.
    record Missing() implements UpdateResult {}

    /// What the relay holds does not open with our key. Nothing was written over it.
    record Unreadable(Versioned current) implements UpdateResult {}

    /// The relay refused for another reason, or too many others wrote at the same time.
    record Refused(String message) implements UpdateResult {}
}
