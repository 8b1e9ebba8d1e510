package dev.roosthold.protocol.account;

import org.jspecify.annotations.Nullable;

/// Answer of `GET /v1/account/settings`; version 0 and null before the first write.
public record Settings(@Nullable String settings, int settingsVersion) {}
