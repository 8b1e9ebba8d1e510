package dev.roosthold.sync.state;

/// What moves the daemon from one state to another.
public enum SyncEvent {
    INIT_ACCEPTED,
    CONNECTED,
    FAILED,
    CONNECTION_LOST,
    PAUSED,
    RESET
}
