package dev.roosthold.sync.entry;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One version of a command, a preference or a device. Times are Unix milliseconds. Immutable.
///
/// @param encrypted base64 of ciphertext; empty for a deleted one and for devices
/// @param deletedAt when it was deleted, or null
/// @param safetyLevel of a command, else null
/// @param stateBy the device whose version of `success` and `executedAt` this is
/// @param device what a device has besides, else null
public record SyncEntry(
        EntryType type,
        String id,
        String encrypted,
        String deviceId,
        long createdAt,
        long updatedAt,
        @Nullable Long deletedAt,
        @Nullable String safetyLevel,
        boolean executed,
        @Nullable Boolean success,
        @Nullable Long executedAt,
        String stateBy,
        @Nullable Device device) {

    /// What a device has besides an id.
    ///
    /// @param removedAt when another device removed it, or null
    public record Device(
            String name,
            String platform,
            int schemaVersion,
            long firstSeen,
            long lastSeen,
            @Nullable Long removedAt) {
        /// A removal counts until the device is seen again.
        public boolean isActive() {
            return removedAt == null || removedAt <= lastSeen;
        }

        /// Of two records of one device: the earlier beginning, and the rest from the later sight.
        public Device merge(Device other) {
            boolean mine =
                    lastSeen != other.lastSeen
                            ? lastSeen > other.lastSeen
                            : name.compareTo(other.name) >= 0;
            Device newer = mine ? this : other;
            Long removal = removedAt;
            if (removal == null || (other.removedAt != null && other.removedAt > removal)) {
                removal = other.removedAt;
            }
            return new Device(
                    newer.name,
                    newer.platform,
                    newer.schemaVersion,
                    Math.min(firstSeen, other.firstSeen),
                    newer.lastSeen,
                    removal);
        }

        public Device removed(long at) {
            return new Device(name, platform, schemaVersion, firstSeen, lastSeen, at);
        }
    }

    /// A device as an entry.
    public static SyncEntry of(String id, Device device) {
        return new SyncEntry(
                EntryType.DEVICE,
                id,
                "",
                id,
                device.firstSeen(),
                Math.max(device.lastSeen(), device.removedAt() == null ? 0 : device.removedAt()),
                null,
                null,
                false,
                null,
                null,
                id,
                device);
    }

    public boolean isDeleted() {
        return deletedAt != null;
    }

    /// Metadata as clients see it.
    public ObjectNode wire() {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("id", id).put("type", type.text()).put("encrypted", encrypted);
        ObjectNode metadata = out.putObject("metadata");
        metadata.put("deviceId", deviceId).put("createdAt", createdAt).put("updatedAt", updatedAt);
        if (deletedAt != null) {
            metadata.put("deletedAt", deletedAt);
        }
        if (type == EntryType.COMMAND) {
            metadata.put("safetyLevel", safetyLevel).put("executed", executed);
            if (success != null) {
                metadata.put("success", success);
            }
            if (executedAt != null) {
                metadata.put("executedAt", executedAt);
            }
        }
        if (device != null) {
            metadata.put("name", device.name())
                    .put("platform", device.platform())
                    .put("isActive", device.isActive())
                    .put("lastSeen", device.lastSeen());
        }
        return out;
    }

    /// Everything, for the queue.
    public byte[] payload() {
        ObjectNode out = wire();
        if (out.get("metadata") instanceof ObjectNode metadata) {
            metadata.put("stateBy", stateBy);
            if (device != null) {
                metadata.put("schemaVersion", device.schemaVersion())
                        .put("firstSeen", device.firstSeen());
                if (device.removedAt() != null) {
                    metadata.put("removedAt", device.removedAt());
                }
            }
        }
        return Codec.printText(out).getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#payload] wrote.
    public static SyncEntry ofPayload(byte[] payload) {
        JsonNode node = Codec.parse(payload);
        JsonNode metadata = node.path("metadata");
        EntryType type = EntryType.of(node.path("type").stringValue()).orElseThrow();
        String deviceId = metadata.path("deviceId").stringValue();
        return new SyncEntry(
                type,
                node.path("id").stringValue(),
                node.path("encrypted").stringValue(),
                deviceId,
                metadata.path("createdAt").longValue(),
                metadata.path("updatedAt").longValue(),
                number(metadata, "deletedAt"),
                text(metadata, "safetyLevel"),
                metadata.path("executed").isBoolean() && metadata.path("executed").booleanValue(),
                metadata.path("success").isBoolean()
                        ? (Boolean) metadata.path("success").booleanValue()
                        : null,
                number(metadata, "executedAt"),
                metadata.path("stateBy").isString()
                        ? metadata.path("stateBy").stringValue()
                        : deviceId,
                type != EntryType.DEVICE
                        ? null
                        : new Device(
                                String.valueOf(text(metadata, "name")),
                                String.valueOf(text(metadata, "platform")),
                                metadata.path("schemaVersion").intValue(),
                                metadata.path("firstSeen").longValue(),
                                metadata.path("lastSeen").longValue(),
                                number(metadata, "removedAt")));
    }

    private static @Nullable Long number(JsonNode from, String name) {
        JsonNode value = from.path(name);
        return value.isNumber() ? (Long) value.longValue() : null;
    }

    private static @Nullable String text(JsonNode from, String name) {
        JsonNode value = from.path(name);
        return value.isString() ? value.stringValue() : null;
    }

    /// With other state, the immutable part as it is.
    SyncEntry with(
            String newEncrypted,
            long newUpdatedAt,
            @Nullable Long newDeletedAt,
            boolean newExecuted,
            @Nullable Boolean newSuccess,
            @Nullable Long newExecutedAt,
            String newStateBy) {
        return new SyncEntry(
                type,
                id,
                newEncrypted,
                deviceId,
                createdAt,
                newUpdatedAt,
                newDeletedAt,
                safetyLevel,
                newExecuted,
                newSuccess,
                newExecutedAt,
                newStateBy,
                device);
    }

    /// Never the payload.
    @Override
    public String toString() {
        return "SyncEntry[" + type.text() + "]";
    }
}
