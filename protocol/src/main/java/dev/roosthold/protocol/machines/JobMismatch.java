package dev.roosthold.protocol.machines;

import org.jspecify.annotations.Nullable;

/// Answer of a write of a job that named another version than the stored one; status 409.
///
/// @param error always `version-mismatch`
/// @param currentVersion 0 when there is no such job
/// @param currentData null when there is no such job
public record JobMismatch(String error, int currentVersion, @Nullable String currentData) {
    public static JobMismatch with(Job current) {
        return new JobMismatch("version-mismatch", current.version(), current.data());
    }

    /// There is no such job.
    public static JobMismatch absent() {
        return new JobMismatch("version-mismatch", 0, null);
    }
}
