package dev.roosthold.relay.caller;

import java.util.Optional;

/// Finds the caller behind a bearer token. Thread-safe.
@FunctionalInterface
public interface Authenticator {

    /// Empty when the token is unknown, revoked or not a token. May block on the store; call it on
    /// a virtual thread.
    ///
    /// @throws Unavailable when it cannot be looked up
    Optional<Caller> authenticate(String token);

    /// A token cannot be looked up now, which says nothing about it: whoever sent it is to try
    /// again, and not to sign in anew.
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(Throwable cause) {
            super("tokens cannot be looked up", cause);
        }
    }

    /// Whether a caller that was found a while ago may still act: false when the credential was
    /// revoked in the last minutes. Never blocks, and is cheap enough for every event.
    default boolean holds(Caller caller) {
        return true;
    }
}
