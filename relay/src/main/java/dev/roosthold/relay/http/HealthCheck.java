package dev.roosthold.relay.http;

import java.util.Optional;

/// Tells whether the service can do its work.
@FunctionalInterface
public interface HealthCheck {

    /// What is wrong, in words for the operator; empty when all is well. Called on a virtual
    /// thread, may block.
    Optional<String> failure();

    /// Why no new work should be sent here, in a few words; empty when it may come. Called on a
    /// virtual thread, may block.
    default Optional<String> unready() {
        return failure();
    }
}
