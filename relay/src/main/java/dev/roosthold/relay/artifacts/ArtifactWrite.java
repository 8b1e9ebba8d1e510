package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.artifacts.CurrentPart;
import org.jspecify.annotations.Nullable;

/// Outcome of a write that named the versions it replaces.
sealed interface ArtifactWrite {

    /// Everything was written.
    ///
    /// @param header as it is now; null when it was not to be written; likewise `body`
    record Saved(@Nullable Versioned header, @Nullable Versioned body) implements ArtifactWrite {}

    /// Nothing was written.
    ///
    /// @param header what is there; null when its version is the expected one; likewise `body`
    record Mismatch(@Nullable CurrentPart header, @Nullable CurrentPart body)
            implements ArtifactWrite {}

    /// No such artifact in this account.
    record Unknown() implements ArtifactWrite {}
}
