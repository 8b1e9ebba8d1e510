package dev.roosthold.relay.cluster;

/// Settings of a relay that is one of several.
///
/// @param nats the bus between them
public record ClusterConfig(NatsUrl nats) {}
