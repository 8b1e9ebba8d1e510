package dev.roosthold.daemon;

import java.util.Set;

/// Where the machine daemon is in its life. The moves are a table:
///
/// ```
/// UNINITIALIZED -> REGISTERING ---------------------> CONNECTING -> READY
///                    |      |                          ^  ^  |        |
///                    |      +-> WAITING_APPROVAL ------+  |  v        v
///                    +--------> ERROR --------------------+ ERROR   ERROR
/// any of these -> STOPPING -> STOPPED
/// ```
public enum MachineState {
    /// Made, not started.
    UNINITIALIZED,
    /// Proves itself to the relay and fills its row, for the first time.
    REGISTERING,
    /// Online without keys; shows a code, which its owner compares. A connection that is lost
    /// meanwhile comes back without a move.
    WAITING_APPROVAL,
    /// Has a row, or tries again to have one, and opens the socket.
    CONNECTING,
    /// Online; its state is written.
    READY,
    /// Waits before the next try.
    ERROR,
    /// Says goodbye.
    STOPPING,
    /// Done; never starts again.
    STOPPED;

    /// The states that may follow.
    public Set<MachineState> next() {
        return switch (this) {
            case UNINITIALIZED -> Set.of(REGISTERING, STOPPING);
            case REGISTERING -> Set.of(WAITING_APPROVAL, CONNECTING, ERROR, STOPPING);
            case WAITING_APPROVAL -> Set.of(CONNECTING, STOPPING);
            case CONNECTING -> Set.of(READY, ERROR, STOPPING);
            case READY -> Set.of(ERROR, STOPPING);
            case ERROR -> Set.of(CONNECTING, STOPPING);
            case STOPPING -> Set.of(STOPPED);
            case STOPPED -> Set.of();
        };
    }
}
