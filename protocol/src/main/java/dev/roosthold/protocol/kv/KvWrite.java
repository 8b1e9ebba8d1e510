package dev.roosthold.protocol.kv;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answer of `POST /v1/kv`.
public sealed interface KvWrite {

    /// Everything was written (status 200); results in the order of the request.
    record Saved(boolean success, List<Written> results) implements KvWrite {}

    /// @param version the version that the write made
    record Written(String key, long version) {}

    /// Nothing was written (status 409); every mutation that expected another version.
    record Refused(boolean success, List<Mismatch> errors) implements KvWrite {}

    /// What is there instead.
    ///
    /// @param error always `version-mismatch`
    /// @param version -1 when the key never was
    /// @param value base64; null when the key never was or is deleted
    record Mismatch(String key, String error, long version, @Nullable String value) {
        public Mismatch(String key, long version, @Nullable String value) {
            this(key, "version-mismatch", version, value);
        }
    }

    static KvWrite saved(List<Written> results) {
        return new Saved(true, results);
    }

    static KvWrite refused(List<Mismatch> errors) {
        return new Refused(false, errors);
    }
}
