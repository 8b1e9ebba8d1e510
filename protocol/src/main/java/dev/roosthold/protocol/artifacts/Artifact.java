package dev.roosthold.protocol.artifacts;

/// An artifact in the answers of `/v1/artifacts`. Header, body and key are base64 of what the
/// clients encrypted.
///
/// @param headerVersion 1 at first, plus 1 with each accepted write; likewise `bodyVersion`
/// @param seq number of accepted updates
/// @param createdAt Unix milliseconds, like `updatedAt`
public record Artifact(
        String id,
        String header,
        int headerVersion,
        String body,
        int bodyVersion,
        String dataEncryptionKey,
        long seq,
        long createdAt,
        long updatedAt) {}
