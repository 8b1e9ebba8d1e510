package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Identifies a scheduled job, unique on its machine. Made by the client that sets the schedule.
public record JobId(@JsonValue String value) {

    @JsonCreator
    public JobId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("empty id");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
