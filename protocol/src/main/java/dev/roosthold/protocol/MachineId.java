package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Identifies a machine, unique on one relay. Made by the machine or the browser; plain text of any
/// form.
public record MachineId(@JsonValue String value) {

    @JsonCreator
    public MachineId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("empty machine id");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
