package dev.roosthold.history;

import java.util.List;

/// What a pull did.
///
/// @param commands new or changed
/// @param unreadable ids of entries that no key here opens
/// @param stale whether the sync daemon was not connected
public record PullReport(
        long commands, long deleted, long preferences, List<String> unreadable, boolean stale) {}
