package dev.roosthold.protocol.artifacts;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Answer of `POST /v1/artifacts/:id`, both with status 200. Parts that were not written, or do not
/// differ, are absent.
public sealed interface ArtifactUpdateAnswer {

    /// The write was accepted.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Saved(boolean success, @Nullable Integer headerVersion, @Nullable Integer bodyVersion)
            implements ArtifactUpdateAnswer {}

    /// At least one part has another version than the expected one; nothing was written.
    ///
    /// @param error always `version-mismatch`
    /// @param header the same as `currentHeader...` in the form of the socket; likewise `body`
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Mismatch(
            boolean success,
            String error,
            @Nullable Integer currentHeaderVersion,
            @Nullable String currentHeader,
            @Nullable Integer currentBodyVersion,
            @Nullable String currentBody,
            @Nullable CurrentPart header,
            @Nullable CurrentPart body)
            implements ArtifactUpdateAnswer {}

    static ArtifactUpdateAnswer saved(
            @Nullable Integer headerVersion, @Nullable Integer bodyVersion) {
        return new Saved(true, headerVersion, bodyVersion);
    }

    static ArtifactUpdateAnswer mismatch(@Nullable CurrentPart header, @Nullable CurrentPart body) {
        return new Mismatch(
                false,
                "version-mismatch",
                header == null ? null : header.version(),
                header == null ? null : header.data(),
                body == null ? null : body.version(),
                body == null ? null : body.data(),
                header,
                body);
    }
}
