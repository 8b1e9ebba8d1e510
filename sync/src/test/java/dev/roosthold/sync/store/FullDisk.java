package dev.roosthold.sync.store;

/// A disk on which little room is left.
public final class FullDisk {
    private FullDisk() {}

    /// @param pages that may be added
    public static void limit(SyncStore store, int pages) {
        store.limitPages(pages);
    }
}
