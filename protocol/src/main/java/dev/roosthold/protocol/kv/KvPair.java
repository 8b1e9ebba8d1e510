package dev.roosthold.protocol.kv;

/// One pair that is there.
///
/// @param value base64 of what the clients encrypted
/// @param version 0 at first, plus 1 with each accepted write
public record KvPair(String key, String value, long version) {}
