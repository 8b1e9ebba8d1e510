package dev.roosthold.sync;

import dev.roosthold.sync.state.SyncState;

/// Hears what happens, one event after the other on one thread. Must not wait.
public interface SyncListener {
    /// The state has changed; it is visible already.
    ///
    /// @param at Unix milliseconds
    default void stateChange(SyncState from, SyncState to, String reason, long at) {}

    default void syncComplete(long pushed, long pulled, long durationMs, long at) {}

    default void error(String code, String message, long at) {}

    /// New or changed entries are in the cache.
    default void entries(int count, long latestCursor) {}
}
