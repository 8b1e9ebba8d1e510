package dev.roosthold.sync.store;

import dev.roosthold.sync.entry.EntryType;
import dev.roosthold.sync.entry.SyncEntry;
import org.jspecify.annotations.Nullable;

/// One entry that waits for the relay.
///
/// @param operation `create`, `update` or `delete`
/// @param payload the entry as it was when it was queued or last merged
/// @param status `pending`, `inflight` or `failed`
/// @param createdAt when it was queued, Unix milliseconds
@SuppressWarnings("ArrayRecordComponent") // never compared
public record QueueRow(
        long id,
        String operation,
        EntryType type,
        String entityId,
        byte[] payload,
        String status,
        int attempts,
        long createdAt,
        @Nullable Long lastAttemptAt,
        @Nullable String errorCode,
        @Nullable String error) {
    public SyncEntry entry() {
        return SyncEntry.ofPayload(payload);
    }

    @Override
    public String toString() {
        return "QueueRow[" + id + "]";
    }
}
