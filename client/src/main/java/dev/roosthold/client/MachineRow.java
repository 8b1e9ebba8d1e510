package dev.roosthold.client;

import dev.roosthold.protocol.MachineId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A machine as the relay stores it.
///
/// @param dataEncryptionKey the machine key, sealed to the account; null for machines of the older
///     form
public record MachineRow(
        MachineId id,
        Versioned metadata,
        Versioned daemonState,
        @Nullable String dataEncryptionKey,
        boolean active) {

    static MachineRow of(JsonNode row) {
        return new MachineRow(
                new MachineId(Json.text(row, "id")),
                new Versioned(Json.text(row, "metadata"), Json.integer(row, "metadataVersion")),
                new Versioned(
                        Json.textOrNull(row, "daemonState"),
                        Json.integer(row, "daemonStateVersion")),
                Json.textOrNull(row, "dataEncryptionKey"),
                row.path("active").asBoolean(false));
    }
}
