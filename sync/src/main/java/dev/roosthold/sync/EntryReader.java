package dev.roosthold.sync;

import dev.roosthold.sync.entry.EntryType;
import dev.roosthold.sync.entry.SyncEntry;
import dev.roosthold.sync.rpc.RpcError;
import dev.roosthold.sync.rpc.RpcException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads the entries of a push. A fault of the form stops the request, a fault of the content only
/// its entry.
final class EntryReader {
    static final int MAX_BLOB = 10_269;
    private static final int MIN_BLOB = 29;
    private static final int MAX_BASE64 = (MAX_BLOB + 2) / 3 * 4;
    private static final long AHEAD_MS = 5 * 60_000;
    private static final long MAX_TIME = 9_007_199_254_740_991L;
    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Set<String> LEVELS = Set.of("safe", "moderate", "high", "critical");

    private final int index;
    private final ObjectNode entry;
    private final JsonNode metadata;

    private EntryReader(int index, ObjectNode entry) {
        this.index = index;
        this.entry = entry;
        this.metadata = entry.path("metadata");
    }

    /// The entry at a place.
    ///
    /// @throws RpcException when its form is wrong
    static SyncEntry read(JsonNode node, int index) throws RpcException {
        if (node instanceof ObjectNode object) {
            return new EntryReader(index, object).read();
        }
        throw wrong("entries", index, "An entry is an object.");
    }

    /// What is wrong with the content, or nothing.
    static Optional<RpcError> fault(SyncEntry entry, long now) {
        Long deletedAt = entry.deletedAt();
        Long executedAt = entry.executedAt();
        long latest =
                Math.max(
                        Math.max(entry.createdAt(), entry.updatedAt()),
                        Math.max(
                                deletedAt == null ? 0 : deletedAt,
                                executedAt == null ? 0 : executedAt));
        if (latest > now + AHEAD_MS) {
            return Optional.of(
                    new RpcError.InvalidParams(
                            "metadata", null, "A time is more than 5 minutes ahead."));
        }
        return entry.isDeleted() && entry.encrypted().isEmpty()
                ? Optional.empty()
                : blob(entry.encrypted());
    }

    private static Optional<RpcError> blob(String text) {
        if (text.length() > MAX_BASE64) {
            return Optional.of(new RpcError.PayloadTooLarge(MAX_BLOB));
        }
        try {
            byte[] blob = Base64.getDecoder().decode(text);
            if (blob.length > MAX_BLOB) {
                return Optional.of(new RpcError.PayloadTooLarge(MAX_BLOB));
            }
            boolean valid = text.length() % 4 == 0 && blob.length >= MIN_BLOB && blob[0] == 1;
            return valid ? Optional.empty() : Optional.of(new RpcError.EncryptionError());
        } catch (IllegalArgumentException e) {
            return Optional.of(new RpcError.EncryptionError());
        }
    }

    private SyncEntry read() throws RpcException {
        EntryType type =
                EntryType.of(text("type", entry.path("type")))
                        .filter(one -> one != EntryType.DEVICE)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "type",
                                                index,
                                                "Expected command or preference; devices go"
                                                        + " through device.register."));
        String id = text("id", entry.path("id"));
        if (!(type == EntryType.COMMAND ? UUID : KEY).matcher(id).matches()) {
            throw wrong(
                    "id",
                    index,
                    type == EntryType.COMMAND
                            ? "Expected a UUID in lower case."
                            : "Expected 1 to 128 characters of A-Z a-z 0-9 . _ -");
        }
        String encrypted = text("encrypted", entry.path("encrypted"));
        if (!metadata.isObject()) {
            throw wrong("metadata", index, "Expected an object.");
        }
        String deviceId = text("metadata.deviceId", metadata.path("deviceId"));
        if (!UUID.matcher(deviceId).matches()) {
            throw wrong("metadata.deviceId", index, "Expected a UUID in lower case.");
        }
        Long createdAt = time("createdAt");
        Long updatedAt = time("updatedAt");
        if (createdAt == null) {
            throw wrong("metadata.createdAt", index, "It is required.");
        }
        if (updatedAt == null && type == EntryType.PREFERENCE) {
            throw wrong("metadata.updatedAt", index, "It is required for a preference.");
        }
        String level = null;
        JsonNode givenLevel = metadata.path("safetyLevel");
        if (type == EntryType.COMMAND || isThere(givenLevel)) {
            level = text("metadata.safetyLevel", givenLevel);
            if (!LEVELS.contains(level)) {
                throw wrong(
                        "metadata.safetyLevel",
                        index,
                        "Expected safe, moderate, high or critical.");
            }
        }
        Boolean executed = flag("executed");
        Boolean success = flag("success");
        Long executedAt = time("executedAt");
        Long deletedAt = time("deletedAt");
        boolean command = type == EntryType.COMMAND;
        return new SyncEntry(
                type,
                id,
                deletedAt == null ? encrypted : "",
                deviceId,
                createdAt,
                updatedAt == null ? createdAt : updatedAt,
                deletedAt,
                command ? level : null,
                command && executed != null && executed,
                command ? success : null,
                command ? executedAt : null,
                deviceId,
                null);
    }

    private static boolean isThere(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }

    private String text(String field, JsonNode node) throws RpcException {
        if (!node.isString()) {
            throw wrong(field, index, "Expected a text.");
        }
        return node.stringValue();
    }

    private @Nullable Long time(String field) throws RpcException {
        JsonNode node = metadata.path(field);
        if (!isThere(node)) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrong("metadata." + field, index, "Expected milliseconds as a whole number.");
        }
        long value = node.longValue();
        if (value < 0 || value > MAX_TIME) {
            throw wrong("metadata." + field, index, "It is out of range.");
        }
        return value;
    }

    private @Nullable Boolean flag(String field) throws RpcException {
        JsonNode node = metadata.path(field);
        if (!isThere(node)) {
            return null;
        }
        if (!node.isBoolean()) {
            throw wrong("metadata." + field, index, "Expected true or false.");
        }
        return node.booleanValue();
    }

    private static RpcException wrong(String field, int index, String hint) {
        return new RpcException(new RpcError.InvalidParams(field, index, hint));
    }
}
