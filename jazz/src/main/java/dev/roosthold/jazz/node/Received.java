package dev.roosthold.jazz.node;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.value.KnownState;
import java.util.List;
import java.util.Set;

/// What became of a piece of content.
public sealed interface Received {
    /// It was taken in.
    ///
    /// @param known what we have now; tell the sender
    /// @param gap whether transactions are missing in between, so that the sender must go back
    /// @param rejected sessions whose new signature is wrong; nothing of them was kept
    /// @param added whether anything was new
    record Applied(KnownState known, boolean gap, List<SessionId> rejected, boolean added)
            implements Received {}

    /// Values that it depends on are not here: load them, then offer it again.
    record Waiting(Set<CoId> missing) implements Received {}

    /// It has no header and we do not have the value.
    record Headless(CoId id) implements Received {}

    /// Its header does not hash to its id.
    record Forged(CoId id) implements Received {}
}
