package dev.roosthold.protocol.accesskeys;

/// Answer of `PUT /v1/access-keys/:sessionId/:machineId`, both with status 200.
public sealed interface AccessKeyWrite {

    /// The write was accepted.
    ///
    /// @param version the version that it made
    record Saved(boolean success, int version) implements AccessKeyWrite {}

    /// Someone else wrote first.
    ///
    /// @param error always `version-mismatch`
    record Mismatch(boolean success, String error, int currentVersion, String currentData)
            implements AccessKeyWrite {}

    static AccessKeyWrite saved(int version) {
        return new Saved(true, version);
    }

    static AccessKeyWrite mismatch(AccessKey current) {
        return new Mismatch(false, "version-mismatch", current.dataVersion(), current.data());
    }
}
