package dev.roosthold.client;

import org.jspecify.annotations.Nullable;

/// One encrypted field of a row.
///
/// @param value the ciphertext as stored; null before the first write
/// @param version 0 before the first write, plus 1 per accepted write
public record Versioned(@Nullable String value, int version) {}
