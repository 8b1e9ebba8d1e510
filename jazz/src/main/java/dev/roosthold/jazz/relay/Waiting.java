package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.Content;
import java.util.Set;

/// Content that cannot be checked before other values are there. Relay thread only.
final class Waiting {
    final RelayPeer peer;
    final Content content;
    final int size;
    final Set<CoId> missing;
    final long sinceNanos;

    Waiting(RelayPeer peer, Content content, int size, Set<CoId> missing, long sinceNanos) {
        this.peer = peer;
        this.content = content;
        this.size = size;
        this.missing = missing;
        this.sinceNanos = sinceNanos;
    }
}
