package dev.roosthold.importer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Tables of the happy server that are read, in the order in which they are imported. Names are
/// exactly those of the database; a column with `?` may be absent.
public enum HappyTable {
    ACCOUNT(
            "accounts",
            "Account",
            "\"createdAt\", id",
            "id publicKey seq settings? settingsVersion firstName? lastName? username? avatar?"
                    + " createdAt"),
    MACHINE(
            "machines",
            "Machine",
            "\"createdAt\", id",
            "id accountId metadata metadataVersion daemonState? daemonStateVersion"
                    + " dataEncryptionKey? lastActiveAt createdAt updatedAt"),
    SESSION(
            "sessions",
            "Session",
            "\"createdAt\", id",
            "id tag accountId metadata metadataVersion agentState? agentStateVersion"
                    + " dataEncryptionKey? seq lastActiveAt createdAt updatedAt"),
    MESSAGE(
            "messages",
            "SessionMessage",
            "\"sessionId\", seq, \"createdAt\", id",
            "id sessionId localId? seq content createdAt updatedAt"),
    ACCESS_KEY(
            "access keys",
            "AccessKey",
            "id",
            "id accountId machineId sessionId data dataVersion createdAt updatedAt"),
    ARTIFACT(
            "artifacts",
            "Artifact",
            "\"createdAt\", id",
            "id accountId header headerVersion body bodyVersion dataEncryptionKey seq createdAt"
                    + " updatedAt"),
    KV(
            "key-value pairs",
            "UserKVStore",
            "id",
            "id accountId key value? version createdAt updatedAt"),
    USAGE(
            "usage reports",
            "UsageReport",
            "\"createdAt\", id",
            "id key accountId sessionId? data createdAt"),
    RELATIONSHIP(
            "friends",
            "UserRelationship",
            "\"fromUserId\", \"toUserId\"",
            "fromUserId toUserId status createdAt updatedAt acceptedAt? lastNotifiedAt?"),
    FEED(
            "feed items",
            "UserFeedItem",
            "\"userId\", counter, id",
            "id userId counter repeatKey? body createdAt"),
    PUSH_TOKEN(
            "push tokens",
            "AccountPushToken",
            "\"createdAt\", id",
            "id accountId token createdAt updatedAt"),
    VENDOR_TOKEN("vendor tokens", "ServiceAccountToken", "id", "id"),
    UPLOADED_FILE("uploaded files", "UploadedFile", "id", "id");

    /// A column.
    ///
    /// @param optional whether a database may lack it
    record Column(String name, boolean optional) {}

    private final String kind;
    private final String table;
    private final String order;

    @SuppressWarnings("ImmutableEnumChecker") // it is immutable, as all lists of streams
    private final List<Column> columns;

    HappyTable(String kind, String table, String order, String columns) {
        this.kind = kind;
        this.table = table;
        this.order = order;
        this.columns =
                Arrays.stream(columns.split(" "))
                        .map(
                                name ->
                                        name.endsWith("?")
                                                ? new Column(
                                                        name.substring(0, name.length() - 1), true)
                                                : new Column(name, false))
                        .toList();
    }

    static Optional<HappyTable> of(String table) {
        return Arrays.stream(values()).filter(one -> one.table.equals(table)).findFirst();
    }

    /// What a person calls its rows.
    String kind() {
        return kind;
    }

    String table() {
        return table;
    }

    /// Columns by which the rows are ordered, quoted as both databases take it.
    List<String> order() {
        return List.of(order.split(", "));
    }

    List<Column> columns() {
        return columns;
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
