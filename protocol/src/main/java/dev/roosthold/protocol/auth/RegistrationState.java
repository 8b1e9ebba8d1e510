package dev.roosthold.protocol.auth;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What a new account needs at this moment.
public enum RegistrationState {
    /// Nothing.
    @JsonProperty("open")
    OPEN,
    /// A code made by the operator.
    @JsonProperty("invite")
    INVITE,
    /// No new accounts.
    @JsonProperty("closed")
    CLOSED
}
