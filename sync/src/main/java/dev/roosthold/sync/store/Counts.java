package dev.roosthold.sync.store;

/// Numbers of the database at one moment.
///
/// @param entries cached commands, preferences and devices, deleted ones included
/// @param bytes of the database and its log
/// @param pending not acknowledged, in flight included
/// @param failed failed or expired
public record Counts(long entries, long bytes, long pending, long failed) {}
