package dev.roosthold.protocol.auth;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.roosthold.protocol.BearerToken;

/// Answer of `POST /v1/auth/request` and `POST /v1/auth/account/request`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PairingAnswer.Requested.class, name = "requested"),
    @JsonSubTypes.Type(value = PairingAnswer.Authorized.class, name = "authorized")
})
public sealed interface PairingAnswer {

    /// Nobody has approved the key yet.
    record Requested() implements PairingAnswer {}

    /// Approved.
    ///
    /// @param response what the approving client sealed for the requesting key, as it was sent
    record Authorized(BearerToken token, String response) implements PairingAnswer {}
}
