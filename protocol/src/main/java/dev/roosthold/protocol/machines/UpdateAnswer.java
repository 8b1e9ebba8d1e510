package dev.roosthold.protocol.machines;

import org.jspecify.annotations.Nullable;

/// Acknowledgement of `machine-update-metadata` and `machine-update-state` when the machine exists.
/// A mismatch carries what is current after the refused write.
public sealed interface UpdateAnswer {
    String SUCCESS = "success";
    String VERSION_MISMATCH = "version-mismatch";

    /// Of a write of the metadata.
    ///
    /// @param result `success` or `version-mismatch`
    record OfMetadata(String result, int version, @Nullable String metadata)
            implements UpdateAnswer {}

    /// Of a write of the daemon state.
    ///
    /// @param result `success` or `version-mismatch`
    record OfState(String result, int version, @Nullable String daemonState)
            implements UpdateAnswer {}
}
