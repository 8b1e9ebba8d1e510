package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.Versioned;

/// Outcome of a write that named the version it replaces.
sealed interface FieldWrite {

    /// Written; the field as it is now.
    record Saved(Versioned now) implements FieldWrite {}

    /// Another version was there; the field as it is now.
    record Mismatch(Versioned now) implements FieldWrite {}

    /// No such session within the caller's reach.
    record Unknown() implements FieldWrite {}
}
