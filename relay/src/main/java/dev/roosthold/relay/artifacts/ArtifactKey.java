package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.AccountId;

/// An artifact of an account. Ids are chosen by the clients: UUIDs over REST, any text over the
/// socket.
record ArtifactKey(AccountId account, String id) {}
