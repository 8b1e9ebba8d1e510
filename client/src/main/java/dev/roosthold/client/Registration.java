package dev.roosthold.client;

import dev.roosthold.protocol.MachineId;
import tools.jackson.databind.JsonNode;

/// A machine as its owner added it, which may not have been there yet.
///
/// @param name given by the owner, readable by the relay
/// @param lastSeenMs Unix milliseconds of the last activity; of the adding before the first one
/// @param connectedBefore false until the machine has connected once
/// @param waitsForKeys whether it asks for the owner's approval
public record Registration(
        MachineId id,
        String name,
        boolean online,
        long lastSeenMs,
        boolean connectedBefore,
        boolean waitsForKeys) {

    static Registration of(JsonNode row) {
        return new Registration(
                new MachineId(Json.text(row, "machineId")),
                Json.text(row, "name"),
                row.path("status").asString("").equals("online"),
                row.path("lastSeen").asLong(0),
                row.path("connectedBefore").asBoolean(true),
                row.path("enrolment").asString("").equals("keys"));
    }
}
