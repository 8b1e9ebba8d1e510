package dev.roosthold.importer;

import dev.roosthold.protocol.social.RelationStatus;
import dev.roosthold.relay.imports.Entry;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.limits.Texts;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Makes an entry of a row of the happy server.
final class Entries {
    private static final int PUBLIC_KEY_BYTES = 32;

    /// Without one of these clients drop a whole profile.
    private static final String[] AVATAR = {"width", "height", "thumbhash", "path", "url"};

    private Entries() {}

    /// @param table one whose rows are imported
    static Entry of(HappyTable table, Map<String, @Nullable String> values) throws BadRow {
        var row = new HappyRow(values);
        return switch (table) {
            case ACCOUNT -> account(row);
            case MACHINE -> machine(row);
            case SESSION -> session(row);
            case MESSAGE -> message(row);
            case ACCESS_KEY ->
                    new Entry.AccessKey(
                            row.id("id"),
                            row.id("accountId"),
                            row.id("machineId"),
                            row.id("sessionId"),
                            row.text("data"),
                            row.version("dataVersion"),
                            row.time("createdAt"),
                            row.time("updatedAt"));
            case ARTIFACT ->
                    new Entry.Artifact(
                            row.id("id"),
                            row.id("accountId"),
                            row.number("seq"),
                            row.bytes("header"),
                            row.version("headerVersion"),
                            row.bytes("body"),
                            row.version("bodyVersion"),
                            row.bytes("dataEncryptionKey"),
                            row.time("createdAt"),
                            row.time("updatedAt"));
            case KV ->
                    new Entry.KvPair(
                            row.id("id"),
                            row.id("accountId"),
                            row.text("key"),
                            row.bytesOrNull("value"),
                            row.version("version"),
                            row.time("createdAt"),
                            row.time("updatedAt"));
            case USAGE -> usage(row);
            case RELATIONSHIP -> relationship(row);
            case FEED -> feedItem(row);
            case PUSH_TOKEN ->
                    new Entry.PushToken(
                            row.id("id"),
                            row.id("accountId"),
                            row.text("token"),
                            row.time("createdAt"),
                            row.time("updatedAt"));
            case VENDOR_TOKEN, UPLOADED_FILE ->
                    throw new IllegalArgumentException(table + " is not imported");
        };
    }

    private static Entry.Account account(HappyRow row) throws BadRow {
        byte[] publicKey;
        try {
            publicKey = HexFormat.of().parseHex(row.text("publicKey"));
        } catch (IllegalArgumentException e) {
            throw new BadRow("publicKey is no hex text");
        }
        if (publicKey.length != PUBLIC_KEY_BYTES) {
            throw new BadRow("publicKey has not 32 bytes");
        }
        return new Entry.Account(
                row.id("id"),
                publicKey,
                row.number("seq"),
                row.textOrNull("settings"),
                row.version("settingsVersion"),
                row.textOrNull("firstName"),
                row.textOrNull("lastName"),
                row.textOrNull("username"),
                avatar(row),
                row.time("createdAt"));
    }

    /// The happy server keeps its pictures in files and their names in the row; a name without an
    /// address is of no use elsewhere.
    private static @Nullable JsonNode avatar(HappyRow row) throws BadRow {
        if (row.textOrNull("avatar") == null) {
            return null;
        }
        JsonNode avatar = row.json("avatar");
        for (String field : AVATAR) {
            if (!avatar.hasNonNull(field)) {
                return null;
            }
        }
        return avatar;
    }

    private static Entry.Machine machine(HappyRow row) throws BadRow {
        return new Entry.Machine(
                row.id("id"),
                row.id("accountId"),
                row.text("metadata"),
                row.version("metadataVersion"),
                row.textOrNull("daemonState"),
                row.version("daemonStateVersion"),
                base64OrNull(row),
                row.time("lastActiveAt"),
                row.time("createdAt"),
                row.time("updatedAt"));
    }

    private static Entry.Session session(HappyRow row) throws BadRow {
        return new Entry.Session(
                row.id("id"),
                row.id("accountId"),
                row.text("tag"),
                row.text("metadata"),
                row.version("metadataVersion"),
                row.textOrNull("agentState"),
                row.version("agentStateVersion"),
                base64OrNull(row),
                row.number("seq"),
                row.time("lastActiveAt"),
                row.time("createdAt"),
                row.time("updatedAt"));
    }

    private static @Nullable String base64OrNull(HappyRow row) throws BadRow {
        byte[] key = row.bytesOrNull("dataEncryptionKey");
        return key == null ? null : Base64Text.encode(key);
    }

    private static Entry.Message message(HappyRow row) throws BadRow {
        JsonNode content = row.json("content");
        JsonNode text = content.path("c");
        if (!content.path("t").asString("").equals("encrypted")
                || !text.isString()
                || !Texts.isWellFormed(text.stringValue())) {
            throw new BadRow("content is no encrypted text");
        }
        return new Entry.Message(
                row.id("id"),
                row.id("sessionId"),
                row.textOrNull("localId"),
                row.number("seq"),
                text.stringValue(),
                row.time("createdAt"),
                row.time("updatedAt"));
    }

    private static Entry.Usage usage(HappyRow row) throws BadRow {
        JsonNode data = row.json("data");
        return new Entry.Usage(
                row.id("id"),
                row.id("accountId"),
                row.idOrNull("sessionId"),
                row.text("key"),
                data.path("tokens"),
                data.path("cost"),
                row.time("createdAt"));
    }

    private static Entry.Relationship relationship(HappyRow row) throws BadRow {
        String status = row.text("status");
        try {
            RelationStatus.of(status);
        } catch (IllegalArgumentException e) {
            throw new BadRow("status is none that we know");
        }
        return new Entry.Relationship(
                row.id("fromUserId"),
                row.id("toUserId"),
                status,
                row.time("createdAt"),
                row.time("updatedAt"),
                row.timeOrNull("acceptedAt"),
                row.timeOrNull("lastNotifiedAt"));
    }

    private static Entry.FeedItem feedItem(HappyRow row) throws BadRow {
        JsonNode body = row.json("body");
        if (!body.isObject()) {
            throw new BadRow("body is no object");
        }
        return new Entry.FeedItem(
                row.id("id"),
                row.id("userId"),
                row.number("counter"),
                row.textOrNull("repeatKey"),
                body,
                row.time("createdAt"));
    }
}
