package dev.roosthold.sync;

import dev.roosthold.sync.state.SyncState;
import dev.roosthold.sync.store.Counts;
import dev.roosthold.sync.store.Identity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How it stands.
///
/// @param lastSync when the last exchange with the relay was completed; null before the first
/// @param latency of the relay in milliseconds; null when it is not connected
/// @param pendingDown entries that are known to exist and not here yet
/// @param healthy whether the database can be written, the relay accepts us, and there is room
public record SyncStatus(
        SyncState state,
        boolean paused,
        Optional<Identity> identity,
        Counts counts,
        @Nullable Long lastSync,
        int pendingDown,
        @Nullable Long latency,
        boolean healthy,
        Optional<Fault> lastError) {
    /// The last thing that went wrong and has not been put right.
    ///
    /// @param at Unix milliseconds
    public record Fault(String code, String message, long at) {}
}
