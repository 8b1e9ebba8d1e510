package dev.roosthold.jazz.ids;

/// Where a transaction stands: index from 0 in a session of a value.
public record TransactionId(SessionId session, int index) {}
