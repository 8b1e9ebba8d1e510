package dev.roosthold.jazz.peers;

import dev.roosthold.jazz.ids.CoId;
import java.util.Optional;

/// The values of a synchronised command history, as both sides know them.
final class CommandHistory {
    private CommandHistory() {}

    record Root(
            int schemaVersion,
            CoId commandHistory,
            CoId preferences,
            CoId devices,
            long createdAt,
            long updatedAt) {}

    record Preferences(CoId entries, long updatedAt) {}

    record Entry(
            String id,
            String deviceId,
            String encryptedPayload,
            String safetyLevel,
            boolean executed,
            Optional<Boolean> success,
            long createdAt,
            Optional<Long> executedAt,
            Optional<Long> deletedAt) {
        static Entry of(String id) {
            return new Entry(
                    id,
                    "d1",
                    "cGF5bG9hZA==",
                    "safe",
                    true,
                    Optional.of(true),
                    1_735_689_600_000L,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    record Device(
            String deviceId,
            String name,
            String platform,
            int schemaVersion,
            long firstSeen,
            long lastSeen,
            boolean isActive) {}

    /// Any texts.
    record Texts() {}
}
