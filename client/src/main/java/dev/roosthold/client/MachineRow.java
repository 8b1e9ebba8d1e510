package dev.roosthold.client;

import dev.roosthold.protocol.MachineId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A machine as the relay stores it.
///
/// @param dataEncryptionKey the machine key, sealed to the account; null for machines of the older
///     form
/// @param activeAtMs Unix milliseconds of the last activity
public record MachineRow(
        MachineId id,
        Versioned metadata,
        Versioned daemonState,
        @Nullable String dataEncryptionKey,
        boolean active,
        long activeAtMs) {

    static MachineRow of(JsonNode row) {
        return of(row, "id");
    }

    /// Reads the body of the update `new-machine`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static MachineRow ofUpdate(JsonNode body) {
        return of(body, "machineId");
    }

    private static MachineRow of(JsonNode row, String idName) {
        return new MachineRow(
                new MachineId(Json.text(row, idName)),
                new Versioned(Json.text(row, "metadata"), Json.integer(row, "metadataVersion")),
                new Versioned(
                        Json.textOrNull(row, "daemonState"),
                        Json.integer(row, "daemonStateVersion")),
                Json.textOrNull(row, "dataEncryptionKey"),
                row.path("active").asBoolean(false),
                row.path("activeAt").asLong(0));
    }
}
