package dev.roosthold.protocol;

import org.jspecify.annotations.Nullable;

/// Answer of `POST /v1/version`.
///
/// @param updateUrl where the app gets its newer version; null when it needs none
public record AppUpdate(@Nullable String updateUrl) {
    public static final AppUpdate NONE = new AppUpdate(null);
}
