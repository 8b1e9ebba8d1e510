package dev.roosthold.protocol.artifacts;

/// An artifact in the list, without its body.
public record ArtifactSummary(
        String id,
        String header,
        int headerVersion,
        String dataEncryptionKey,
        long seq,
        long createdAt,
        long updatedAt) {}
