package dev.roosthold.relay.presence;

/// Whether a machine is connected, and when it was active last.
///
/// @param activeAtMs Unix milliseconds
public record Activity(boolean active, long activeAtMs) {}
