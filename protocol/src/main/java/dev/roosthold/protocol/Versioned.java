package dev.roosthold.protocol;

import org.jspecify.annotations.Nullable;

/// One encrypted field with its version. The value is opaque and kept byte for byte.
///
/// @param version grows by 1 with each accepted write
public record Versioned(@Nullable String value, int version) {}
