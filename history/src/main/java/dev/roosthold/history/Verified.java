package dev.roosthold.history;

import java.util.List;

/// Which entries can be opened.
///
/// @param readable how many
/// @param unreadable ids of the others
/// @param keyId with whose key it was tried first
public record Verified(long readable, List<String> unreadable, String keyId) {}
