package dev.roosthold.protocol.accesskeys;

import org.jspecify.annotations.Nullable;

/// Answers that carry an access key.
public sealed interface AccessKeyAnswer {

    /// Of `GET /v1/access-keys/:sessionId/:machineId`.
    ///
    /// @param accessKey null when there is none yet
    record Found(@Nullable AccessKey accessKey) implements AccessKeyAnswer {}

    /// Of the event `access-key-get`.
    ///
    /// @param ok always true
    record Acknowledged(boolean ok, @Nullable AccessKey accessKey) implements AccessKeyAnswer {}

    /// Of `POST /v1/access-keys/:sessionId/:machineId`.
    ///
    /// @param success always true
    record Created(boolean success, AccessKey accessKey) implements AccessKeyAnswer {}
}
