package dev.roosthold.protocol.machines;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.roosthold.protocol.MachineId;

/// `<machineId>:<secret>`, what a person hands to a machine. A secret: prints itself as redacted.
public record MachineToken(@JsonValue String value) {

    @JsonCreator
    public MachineToken {}

    public static MachineToken of(MachineId machine, String secret) {
        return new MachineToken(machine.value() + ":" + secret);
    }

    @Override
    public String toString() {
        return "MachineToken[redacted]";
    }
}
