package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.artifacts.Artifact;

/// Outcome of creating an artifact.
sealed interface Created {

    /// The artifact, made now or there before.
    record Found(Artifact artifact) implements Created {}

    /// The id belongs to another account.
    record Foreign() implements Created {}
}
