package dev.roosthold.protocol.updates;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.roosthold.protocol.MachineId;

/// The argument of the socket event `ephemeral`: never stored, never numbered.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes(
        @JsonSubTypes.Type(value = Ephemeral.MachineActivity.class, name = "machine-activity"))
public sealed interface Ephemeral {

    /// A machine was active, came or went.
    ///
    /// @param activeAt Unix milliseconds of the last activity
    record MachineActivity(MachineId id, boolean active, long activeAt) implements Ephemeral {}
}
