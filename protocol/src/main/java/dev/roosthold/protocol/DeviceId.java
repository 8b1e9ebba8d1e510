package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Identifies one credential of an account: a sign-in, a paired terminal, an enrolled machine.
public record DeviceId(@JsonValue String value) {

    @JsonCreator
    public DeviceId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("empty device id");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
