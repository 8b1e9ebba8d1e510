package dev.roosthold.client.pairing;

import dev.roosthold.client.BearerToken;
import dev.roosthold.crypto.PairingAnswer;

/// What a newcomer was given. Its text shows no secret.
///
/// @param bearer the newcomer's own credential
public record Admission(PairingAnswer answer, BearerToken bearer) {}
