package dev.roosthold.relay.jazz;

import dev.roosthold.relay.caller.Authenticator;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import java.util.Optional;

/// Decides who gets into which space. Thread-safe.
@FunctionalInterface
public interface Doorkeeper {
    /// The space of those with the operator's key.
    String SHARED = "shared";

    /// What became of a request to connect.
    sealed interface Verdict {}

    /// @param caller empty where a key opened the door
    record Admitted(String space, Optional<Caller> caller) implements Verdict {}

    record Refused(int status, String error) implements Verdict {}

    Refused MISSING = new Refused(401, "Missing authorization");
    Refused INVALID = new Refused(401, "Invalid authentication token");
    Refused NOT_FOR_MACHINES = new Refused(403, "Forbidden");

    /// Judges a credential. May block.
    ///
    /// @param credential empty when the client named none
    Verdict judge(String credential);

    /// Whether somebody who was admitted a moment ago may stay.
    default boolean holds(Caller caller) {
        return true;
    }

    /// The accounts of a relay, and its key where it has one. Credentials of machines open nothing:
    /// the values are the account's.
    static Doorkeeper of(JazzConfig config, Authenticator authenticator) {
        return new Doorkeeper() {
            @Override
            public Verdict judge(String credential) {
                if (credential.isEmpty()) {
                    return MISSING;
                }
                if (config.key().isPresent() && config.key().get().opensWith(credential)) {
                    return new Admitted(SHARED, Optional.empty());
                }
                Optional<Caller> caller = authenticator.authenticate(credential);
                if (caller.isEmpty()) {
                    return INVALID;
                }
                return caller.get().scope() instanceof Scope.Account
                        ? new Admitted(Jazz.space(caller.get().account()), caller)
                        : NOT_FOR_MACHINES;
            }

            @Override
            public boolean holds(Caller caller) {
                return authenticator.holds(caller);
            }
        };
    }

    /// A relay for those who know its key, or for everybody when it has none.
    static Doorkeeper alone(JazzConfig config) {
        return credential -> {
            if (config.key().isEmpty() || config.key().get().opensWith(credential)) {
                return new Admitted(SHARED, Optional.empty());
            }
            return credential.isEmpty() ? MISSING : INVALID;
        };
    }
}
