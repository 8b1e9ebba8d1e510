package dev.roosthold.history.ipc;

import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An entry as it is given to the sync daemon.
///
/// @param id of a command a UUID, of a preference its name
/// @param encrypted base64 of a blob; empty only with a time of deletion
/// @param safetyLevel of a command only
public record PushEntry(
        String id,
        Type type,
        String encrypted,
        String deviceId,
        long createdAtMs,
        long updatedAtMs,
        Optional<String> safetyLevel,
        Optional<Boolean> executed,
        Optional<Boolean> success,
        OptionalLong executedAtMs,
        OptionalLong deletedAtMs) {

    /// What an entry is.
    public enum Type {
        COMMAND,
        PREFERENCE;

        String text() {
            return this == COMMAND ? "command" : "preference";
        }
    }

    /// A preference.
    public static PushEntry preference(
            String name, String encrypted, String deviceId, long updatedAtMs) {
        return new PushEntry(
                name,
                Type.PREFERENCE,
                encrypted,
                deviceId,
                updatedAtMs,
                updatedAtMs,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    /// The end of a command.
    public static PushEntry deletion(
            String id, String deviceId, long createdAtMs, long deletedAtMs) {
        return new PushEntry(
                id,
                Type.COMMAND,
                "",
                deviceId,
                createdAtMs,
                deletedAtMs,
                Optional.of("safe"),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.of(deletedAtMs));
    }

    /// The end of a preference.
    public static PushEntry preferenceDeletion(String name, String deviceId, long deletedAtMs) {
        return new PushEntry(
                name,
                Type.PREFERENCE,
                "",
                deviceId,
                deletedAtMs,
                deletedAtMs,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.of(deletedAtMs));
    }

    ObjectNode json() {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("id", id).put("type", type.text()).put("encrypted", encrypted);
        ObjectNode metadata = entry.putObject("metadata");
        metadata.put("deviceId", deviceId)
                .put("createdAt", createdAtMs)
                .put("updatedAt", updatedAtMs);
        safetyLevel.ifPresent(level -> metadata.put("safetyLevel", level));
        executed.ifPresent(flag -> metadata.put("executed", flag));
        success.ifPresent(flag -> metadata.put("success", flag));
        executedAtMs.ifPresent(time -> metadata.put("executedAt", time));
        deletedAtMs.ifPresent(time -> metadata.put("deletedAt", time));
        return entry;
    }

    /// Without what is sealed.
    @Override
    public String toString() {
        return "PushEntry[" + type.text() + "]";
    }
}
