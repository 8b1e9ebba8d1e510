package dev.roosthold.protocol.methods;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// How the start of a session came out; a failure is [MethodResult.Failed].
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SpawnResult.Success.class, name = "success"),
    @JsonSubTypes.Type(
            value = SpawnResult.ApprovalNeeded.class,
            name = "requestToApproveDirectoryCreation"),
    @JsonSubTypes.Type(value = SpawnResult.Pending.class, name = "pending")
})
public sealed interface SpawnResult {

    /// The session is there.
    record Success(String sessionId) implements SpawnResult {}

    /// The directory does not exist: ask the person, then call again with their approval.
    record ApprovalNeeded(String directory) implements SpawnResult {}

    /// It goes on: the same call again tells more.
    record Pending(String clientRequestId, long retryAfterMs) implements SpawnResult {}
}
