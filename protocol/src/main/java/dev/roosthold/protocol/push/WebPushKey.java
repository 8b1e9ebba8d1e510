package dev.roosthold.protocol.push;

/// Answer of `GET /v1/web/push/key`.
///
/// @param publicKey for `applicationServerKey`: the point on P-256, uncompressed, as 87 characters
///     of base64url
public record WebPushKey(String publicKey) {}
