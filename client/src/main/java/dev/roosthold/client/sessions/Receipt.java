package dev.roosthold.client.sessions;

/// The relay has stored the message, now or before.
///
/// @param seq its number in the session
public record Receipt(String localId, long seq) {}
