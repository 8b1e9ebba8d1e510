package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// A bearer token. A secret: prints itself as redacted and appears only in the answer that hands it
/// out.
public record BearerToken(@JsonValue String value) {

    @JsonCreator
    public BearerToken {}

    @Override
    public String toString() {
        return "BearerToken[redacted]";
    }
}
