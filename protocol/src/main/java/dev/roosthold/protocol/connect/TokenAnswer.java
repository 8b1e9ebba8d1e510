package dev.roosthold.protocol.connect;

import org.jspecify.annotations.Nullable;

/// Answer of `GET /v1/connect/:vendor/token`. A secret: printed as redacted.
///
/// @param token null when there is none
public record TokenAnswer(@Nullable String token) {

    @Override
    public String toString() {
        return token == null ? "TokenAnswer[none]" : "TokenAnswer[redacted]";
    }
}
