/// Credentials: sign-in, pairing of terminals, linking of further clients, devices, registration.
///
/// Owns the tables `device`, `used_challenge`, `pairing`, `invite` and `registration_fact`, and the
/// routes below `/v1/auth`, `/v1/devices` and `/v1/web/relay`.
///
/// - A bearer token is 256 random bits; only its SHA-256 is stored. Each belongs to one device,
///   which the owner can see, name and revoke; revoking ends its sockets and its cached look-ups.
/// - A challenge signs in once: the client chooses it, so a captured request could be repeated.
/// - A pairing nobody answers ends after 15 minutes, an answered one 5 minutes after it was first
///   picked up; the same key then simply starts again.
@NullMarked
package dev.roosthold.relay.auth;

import org.jspecify.annotations.NullMarked;
