package dev.roosthold.relay.machines;

/// Outcome of a write that named the version it replaces.
sealed interface FieldWrite {

    /// Written; the row as it is now.
    record Saved(StoredMachine machine) implements FieldWrite {}

    /// Another version was there; the row as it is now.
    record Mismatch(StoredMachine machine) implements FieldWrite {}

    /// No such machine in this account.
    record Unknown() implements FieldWrite {}
}
