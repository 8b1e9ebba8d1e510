package dev.roosthold.relay.messages;

import org.jspecify.annotations.Nullable;

/// What a sender is told about a stored message; without its content.
///
/// @param seq number in the session
/// @param createdAt Unix milliseconds
/// @param updatedAt Unix milliseconds
record Receipt(String id, long seq, @Nullable String localId, long createdAt, long updatedAt) {}
