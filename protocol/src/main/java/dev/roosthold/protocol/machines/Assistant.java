package dev.roosthold.protocol.machines;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.roosthold.protocol.AssistantId;
import dev.roosthold.protocol.MachineId;
import org.jspecify.annotations.Nullable;

/// An assistant: one directory of a machine in which an agent may run. All times are Unix
/// milliseconds.
///
/// @param status what the machine said, and offline whenever the machine is
/// @param approvedAt absent until the owner has approved it
/// @param lastSeen when the machine last spoke of it; absent for one that it has not spoken of
///     since the announcement
/// @param details encrypted under the machine key, kept byte for byte
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Assistant(
        AssistantId assistantId,
        MachineId machineId,
        Approval approval,
        Status status,
        long createdAt,
        @Nullable Long approvedAt,
        @Nullable Long lastSeen,
        String details) {

    /// What the owner has said.
    public enum Approval {
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("approved")
        APPROVED,
        @JsonProperty("revoked")
        REVOKED
    }

    /// Whether it runs.
    public enum Status {
        @JsonProperty("online")
        ONLINE,
        @JsonProperty("offline")
        OFFLINE
    }
}
