package dev.roosthold.protocol.sessions;

import dev.roosthold.protocol.SessionId;
import org.jspecify.annotations.Nullable;

/// A session in the answers of the v2 routes. All texts are encrypted by the clients.
///
/// @param seq highest message number, 0 before the first message
/// @param dataEncryptionKey base64
/// @param activeAt Unix milliseconds of the last activity
/// @param createdAt Unix milliseconds
/// @param updatedAt Unix milliseconds of the last write, messages included
public record Session(
        SessionId id,
        long seq,
        String metadata,
        int metadataVersion,
        @Nullable String agentState,
        int agentStateVersion,
        @Nullable String dataEncryptionKey,
        boolean active,
        long activeAt,
        long createdAt,
        long updatedAt) {}
