package dev.roosthold.protocol.machines;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.roosthold.protocol.AssistantId;
import dev.roosthold.protocol.MachineId;

/// The argument of `machine-assistants`: an assistant is new, different or gone. Whoever hears it
/// reads the assistants again.
public record AssistantChanged(MachineId machineId, AssistantId assistantId, Approval approval) {

    /// What holds now.
    public enum Approval {
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("approved")
        APPROVED,
        /// Its sessions end, and no new one may begin.
        @JsonProperty("revoked")
        REVOKED,
        /// It was rejected or removed; what runs of it ends.
        @JsonProperty("removed")
        REMOVED
    }
}
