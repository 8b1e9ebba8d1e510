package dev.roosthold.relay.artifacts;

/// New content for one part of an artifact.
///
/// @param expectedVersion the version it replaces; one that never was just matches none
record Edit(Ciphertext content, long expectedVersion) {}
