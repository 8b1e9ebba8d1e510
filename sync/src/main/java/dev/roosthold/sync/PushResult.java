package dev.roosthold.sync;

/// What became of entries that are durable now.
///
/// @param synced handed on to be sent
/// @param queued waiting
public record PushResult(int synced, int queued) {}
