package dev.roosthold.client.sessions;

import dev.roosthold.client.Versioned;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.Session;
import org.jspecify.annotations.Nullable;

/// A session as the relay stores it; all texts are ciphertext.
///
/// @param seq highest message number, 0 before the first message
/// @param dataEncryptionKey the session key, sealed to the account; null in the older form
/// @param activeAtMs Unix milliseconds of the last activity
public record SessionRow(
        SessionId id,
        long seq,
        Versioned metadata,
        Versioned agentState,
        @Nullable String dataEncryptionKey,
        boolean active,
        long activeAtMs,
        long createdAtMs,
        long updatedAtMs) {

    static SessionRow of(Session wire) {
        return new SessionRow(
                wire.id(),
                wire.seq(),
                new Versioned(wire.metadata(), wire.metadataVersion()),
                new Versioned(wire.agentState(), wire.agentStateVersion()),
                wire.dataEncryptionKey(),
                wire.active(),
                wire.activeAt(),
                wire.createdAt(),
                wire.updatedAt());
    }
}
