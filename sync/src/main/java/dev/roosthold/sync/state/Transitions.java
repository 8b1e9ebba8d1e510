package dev.roosthold.sync.state;

import java.util.Optional;

/// The transitions. What is not here does not happen.
public final class Transitions {
    private Transitions() {}

    /// The state of a daemon that starts.
    public static SyncState start(boolean identity, boolean paused) {
        if (!identity) {
            return SyncState.UNINITIALIZED;
        }
        return paused ? SyncState.OFFLINE : SyncState.INITIALIZING;
    }

    /// Where an event leads; empty when it changes nothing.
    public static Optional<SyncState> next(SyncState from, SyncEvent event) {
        SyncState to =
                switch (from) {
                    case UNINITIALIZED ->
                            event == SyncEvent.INIT_ACCEPTED ? SyncState.INITIALIZING : from;
                    case INITIALIZING ->
                            switch (event) {
                                case CONNECTED -> SyncState.ONLINE;
                                case FAILED, CONNECTION_LOST -> SyncState.OFFLINE;
                                case INIT_ACCEPTED, PAUSED, RESET -> from;
                            };
                    case ONLINE ->
                            switch (event) {
                                case CONNECTION_LOST, FAILED, PAUSED -> SyncState.OFFLINE;
                                case RESET -> SyncState.UNINITIALIZED;
                                case INIT_ACCEPTED, CONNECTED -> from;
                            };
                    case OFFLINE ->
                            switch (event) {
                                case CONNECTED -> SyncState.ONLINE;
                                case RESET -> SyncState.UNINITIALIZED;
                                case INIT_ACCEPTED, FAILED, CONNECTION_LOST, PAUSED -> from;
                            };
                };
        return to == from ? Optional.empty() : Optional.of(to);
    }
}
