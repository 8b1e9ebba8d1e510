package dev.roosthold.history;

import dev.roosthold.protocol.JsonObject;

/// Everything of an account, in plaintext.
///
/// @param unreadable how many entries no key here opens; they are missing
public record Exported(JsonObject json, long unreadable) {}
