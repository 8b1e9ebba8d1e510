package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.KnownState;

/// That a peer follows a value, and what it has of it. Relay thread only.
final class Subscription {
    final RelayPeer peer;
    final CoId id;

    /// What the peer has said it has, plus what it was sent.
    KnownState known;

    /// How many needs of the value were looked at when the peer was given it; more have come since
    /// when the value has more.
    int needsSeen = -1;

    Subscription(RelayPeer peer, CoId id) {
        this.peer = peer;
        this.id = id;
        this.known = KnownState.nothing(id);
    }
}
