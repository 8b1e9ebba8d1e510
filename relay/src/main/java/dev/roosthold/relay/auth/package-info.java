/// Credentials: sign-in, pairing of terminals, linking of further clients, devices, registration.
///
/// Owns the tables `device`, `used_challenge`, `pairing`, `invite` and `registration_fact`, and the
/// routes below `/v1/auth`, `/v1/devices` and `/v1/web/relay`.
///
/// - A bearer token is 256 random bits; only its SHA-256 is stored. Each belongs to one device,
///   which the owner can see, name and revoke; revoking ends its sockets and its cached look-ups.
/// - A challenge signs in once: the client chooses it, so a captured request could be repeated.
/// - A pairing nobody answers ends after 10 minutes, as does an answered one that nobody picks up.
///   The first poll after the answer gets the token, no other does; 5 minutes later the same key
///   simply starts again.
/// - Who is revoked takes what it approved and nobody has picked up yet with it.
@NullMarked
package dev.roosthold.relay.auth;

import org.jspecify.annotations.NullMarked;
