package dev.roosthold.protocol.machines;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.roosthold.protocol.MachineId;

/// A machine in the web view: an element of `GET /v1/web/machines` and the argument of
/// `machine-row`.
///
/// @param name the label, readable by the relay; the id when the machine has none
/// @param lastSeen Unix milliseconds of the last activity; the creation until the first contact
/// @param connectedBefore false until the machine has connected once
/// @param rev grows with every change of any row of the account; a row replaces an older one of the
///     same machine only if its number is higher
public record MachineRow(
        MachineId machineId,
        String name,
        Status status,
        long lastSeen,
        int assistantCount,
        long createdAt,
        boolean connectedBefore,
        AssistantCounts assistantCounts,
        Enrolment enrolment,
        long rev) {

    public enum Status {
        @JsonProperty("online")
        ONLINE,
        @JsonProperty("offline")
        OFFLINE
    }

    /// How the machine got its credential and its keys.
    public enum Enrolment {
        /// Has a token, was never connected.
        @JsonProperty("token")
        TOKEN,
        /// Was connected, has no encryption keys yet or has lost them and asks for them.
        @JsonProperty("keys")
        KEYS,
        /// Has sent its encrypted metadata.
        @JsonProperty("ready")
        READY,
        /// Made by `POST /v1/machines`, never had a token.
        @JsonProperty("external")
        EXTERNAL
    }

    /// Assistants by state; the three are disjoint.
    public record AssistantCounts(int online, int offline, int pending) {
        public static final AssistantCounts NONE = new AssistantCounts(0, 0, 0);

        /// The same, with none that runs.
        public AssistantCounts allOffline() {
            return new AssistantCounts(0, online + offline, pending);
        }

        public int total() {
            return online + offline + pending;
        }
    }
}
