package dev.roosthold.relay.kv;

import org.jspecify.annotations.Nullable;

/// One wanted change.
///
/// @param value null to delete
/// @param sent what the client wrote for it, for the event; null and empty text both delete
/// @param version the version it replaces, [KvTable#ABSENT] to create
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Mutation(String key, byte @Nullable [] value, @Nullable String sent, long version) {}
