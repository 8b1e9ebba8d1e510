package dev.roosthold.history;

/// What a push did.
///
/// @param pushed entries that the sync daemon has on its disk now
/// @param kept entries that stay here: too large, or refused
/// @param waiting entries that it had no room for
public record PushReport(long pushed, long kept, long waiting) {}
