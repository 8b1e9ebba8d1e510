package dev.roosthold.protocol.artifacts;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Acknowledgement of the events `artifact-read`, `artifact-create`, `artifact-update` and
/// `artifact-delete` when they are not refused.
public sealed interface ArtifactAck {
    String SUCCESS = "success";
    String VERSION_MISMATCH = "version-mismatch";

    /// Of reading and creating.
    ///
    /// @param result always `success`
    record Found(String result, Content artifact) implements ArtifactAck {}

    /// An artifact as the socket gives it: without its key.
    record Content(
            String id,
            String header,
            int headerVersion,
            String body,
            int bodyVersion,
            long seq,
            long createdAt,
            long updatedAt) {}

    /// Of an accepted update; parts that were not written are absent.
    ///
    /// @param result always `success`
    record Saved(
            String result,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SavedPart header,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SavedPart body)
            implements ArtifactAck {}

    /// A part as it was just written.
    ///
    /// @param data base64
    record SavedPart(int version, String data) {}

    /// Of a refused update, with the parts that differ.
    ///
    /// @param result always `version-mismatch`
    record Mismatch(
            String result,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CurrentPart header,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CurrentPart body)
            implements ArtifactAck {}

    /// Of deleting.
    ///
    /// @param result always `success`
    record Done(String result) implements ArtifactAck {}

    static ArtifactAck found(Artifact artifact) {
        return new Found(
                SUCCESS,
                new Content(
                        artifact.id(),
                        artifact.header(),
                        artifact.headerVersion(),
                        artifact.body(),
                        artifact.bodyVersion(),
                        artifact.seq(),
                        artifact.createdAt(),
                        artifact.updatedAt()));
    }
}
