package dev.roosthold.protocol.auth;

import com.fasterxml.jackson.annotation.JsonProperty;

/// Answer of `GET /v1/auth/request/status`.
///
/// @param supportsV2 whether the waiting terminal takes a data key; false unless pending
public record PairingStatus(State status, boolean supportsV2) {

    /// How far the pairing is.
    public enum State {
        @JsonProperty("not_found")
        NOT_FOUND,
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("authorized")
        AUTHORIZED
    }
}
