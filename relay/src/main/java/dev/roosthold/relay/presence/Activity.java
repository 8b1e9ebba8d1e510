package dev.roosthold.relay.presence;

/// Whether something is active, and when it was active last.
///
/// @param activeAtMs Unix milliseconds
/// @param thinking what the latest heartbeat said; false for what is not active or does not think
public record Activity(boolean active, long activeAtMs, boolean thinking) {
    public Activity(boolean active, long activeAtMs) {
        this(active, activeAtMs, false);
    }
}
