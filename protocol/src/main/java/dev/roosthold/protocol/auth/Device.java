package dev.roosthold.protocol.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import org.jspecify.annotations.Nullable;

/// One credential of the account, as `GET /v1/devices` lists it.
///
/// @param machineId the machine that a credential of kind `machine` is for; null for all others
/// @param lastSeen Unix milliseconds of the latest request or connection, late by up to a minute
/// @param lastAddress where it came from; null before the first use
/// @param current whether it is the credential of this very request
public record Device(
        DeviceId id,
        Kind kind,
        String name,
        @Nullable MachineId machineId,
        long createdAt,
        long lastSeen,
        @Nullable String lastAddress,
        boolean current) {

    /// What holds the credential.
    public enum Kind {
        @JsonProperty("app")
        APP,
        @JsonProperty("web")
        WEB,
        @JsonProperty("terminal")
        TERMINAL,
        @JsonProperty("machine")
        MACHINE
    }
}
