package dev.roosthold.protocol.machines;

import dev.roosthold.protocol.MachineId;
import org.jspecify.annotations.Nullable;

/// A machine in the answers of `/v1/machines`. All texts are encrypted by the clients.
///
/// @param seq always 0
/// @param lastActiveAt the same as `activeAt`, for clients of the older notes
public record Machine(
        MachineId id,
        long seq,
        String metadata,
        int metadataVersion,
        @Nullable String daemonState,
        int daemonStateVersion,
        @Nullable String dataEncryptionKey,
        boolean active,
        long activeAt,
        long lastActiveAt,
        long createdAt,
        long updatedAt) {}
