package dev.roosthold.relay.http;

import java.util.Optional;

/// Tells whether the service can do its work.
@FunctionalInterface
public interface HealthCheck {

    /// What is wrong, in words for the operator; empty when all is well. Called on a virtual
    /// thread, may block.
    Optional<String> failure();
}
