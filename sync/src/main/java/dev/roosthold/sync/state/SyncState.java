package dev.roosthold.sync.state;

/// How far the daemon is. The order is that of the metric `caro_sync_state`.
public enum SyncState {
    /// There is no identity: nothing is connected, nothing resolved.
    UNINITIALIZED,
    /// An identity is being set up or the first connection of this start is being made.
    INITIALIZING,
    /// The relay is there, and everything that is needed for sending.
    ONLINE,
    /// There is an identity and no relay.
    OFFLINE
}
