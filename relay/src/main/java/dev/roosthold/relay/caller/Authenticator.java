package dev.roosthold.relay.caller;

import java.util.Optional;

/// Finds the caller behind a bearer token. Thread-safe.
@FunctionalInterface
public interface Authenticator {

    /// Empty when the token is unknown, revoked or not a token. May block on the store; call it on
    /// a virtual thread.
    Optional<Caller> authenticate(String token);
}
