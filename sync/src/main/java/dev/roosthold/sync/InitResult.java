package dev.roosthold.sync;

import dev.roosthold.sync.replica.RelayFailure;
import dev.roosthold.sync.state.SyncState;
import dev.roosthold.sync.store.Identity;
import java.util.Optional;

/// How setting up ended. The identity is kept, whatever the relay said.
///
/// @param failure why there is no connection, or nothing
public record InitResult(Identity identity, SyncState state, Optional<RelayFailure> failure) {}
