package dev.roosthold.client.sessions;

import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.SessionId;
import java.util.Optional;

/// Session keys that were kept by whoever made the session. A client without the account's secret
/// opens these sessions and no others. Thread-safe.
@FunctionalInterface
public interface SessionKeys {
    /// Knows none.
    SessionKeys NONE = _ -> Optional.empty();

    Optional<SymmetricKey> find(SessionId session);
}
