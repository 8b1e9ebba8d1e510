package dev.roosthold.relay.limits;

/// Where features name the limits that hold for all relays of a service together.
@FunctionalInterface
public interface LimitRegistry {
    /// @param name the same at all relays and in all versions
    void add(String name, SharedLimit limit);
}
