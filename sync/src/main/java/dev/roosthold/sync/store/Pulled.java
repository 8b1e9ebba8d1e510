package dev.roosthold.sync.store;

import dev.roosthold.sync.entry.SyncEntry;
import java.util.List;

/// A piece of the cache, oldest change first.
///
/// @param cursor of the last entry
public record Pulled(List<SyncEntry> entries, boolean hasMore, long cursor) {
    public Pulled {
        entries = List.copyOf(entries);
    }
}
