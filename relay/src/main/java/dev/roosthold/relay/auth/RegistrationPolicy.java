package dev.roosthold.relay.auth;

/// The operator's choice who may make an account.
public enum RegistrationPolicy {
    /// Open while only this computer can reach the relay; else open for the first account and then
    /// for who has a code.
    AUTO,
    /// Anyone.
    OPEN,
    /// Who has a code, see [Invites].
    INVITE,
    /// Nobody.
    CLOSED
}
