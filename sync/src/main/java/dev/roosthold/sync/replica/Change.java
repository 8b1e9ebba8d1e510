package dev.roosthold.sync.replica;

import dev.roosthold.sync.entry.SyncEntry;

/// Something that has become known of an entry.
///
/// @param whole false when only the state of a command is meant: executed, outcome, deletion
public record Change(SyncEntry entry, boolean whole) {}
