package dev.roosthold.protocol.auth;

/// Answer of `GET /v1/web/relay`: what a page must know before anyone has signed in.
///
/// @param version of the program
public record RelayInfo(RegistrationState registration, String version) {}
