package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Identifies a session. Made by the relay.
public record SessionId(@JsonValue String value) {

    @JsonCreator
    public SessionId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("empty session id");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
