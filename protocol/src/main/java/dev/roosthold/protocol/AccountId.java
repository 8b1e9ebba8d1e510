package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Identifies an account on one relay. Made by the relay.
public record AccountId(@JsonValue String value) {

    @JsonCreator
    public AccountId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("empty account id");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
