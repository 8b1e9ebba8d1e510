package dev.roosthold.protocol.sessions;

import org.jspecify.annotations.Nullable;

/// Acknowledgement of `update-metadata` and `update-state` when the session exists. A mismatch
/// carries what is current after the refused write.
public sealed interface UpdateAnswer {
    String SUCCESS = "success";
    String VERSION_MISMATCH = "version-mismatch";

    /// Of a write of the metadata.
    ///
    /// @param result `success` or `version-mismatch`
    record OfMetadata(String result, int version, @Nullable String metadata)
            implements UpdateAnswer {}

    /// Of a write of the agent state, which may be null.
    ///
    /// @param result `success` or `version-mismatch`
    record OfAgentState(String result, int version, @Nullable String agentState)
            implements UpdateAnswer {}
}
