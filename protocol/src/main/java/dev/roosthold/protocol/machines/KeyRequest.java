package dev.roosthold.protocol.machines;

/// A machine that was given a token only waits for keys: answer of
/// `GET /v1/web/machines/:id/enrolment`.
///
/// @param publicKey X25519, base64 of 32 bytes
/// @param createdAt Unix milliseconds of when the machine published it last
public record KeyRequest(String publicKey, long createdAt) {}
