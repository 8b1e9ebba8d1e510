package dev.roosthold.client.changes;

/// A numbered change of the account.
///
/// @param seq number in the account; a client sees a subset, so holes mean nothing
/// @param createdAtMs Unix milliseconds
public record Update(long seq, long createdAtMs, Change change) {}
