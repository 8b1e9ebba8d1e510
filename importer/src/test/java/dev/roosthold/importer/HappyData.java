package dev.roosthold.importer;

import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What a happy server with some years of use holds: everything that is to be found again, and odd
/// rows. The same seed gives the same data.
final class HappyData {
    static final int ACCOUNTS = 10;
    static final int SESSIONS_PER_ACCOUNT = 25;
    static final int MESSAGES_PER_SESSION = 200;

    /// Messages that are found again.
    static final int MESSAGES = ACCOUNTS * SESSIONS_PER_ACCOUNT * MESSAGES_PER_SESSION;

    private static final Instant BEGIN = Instant.parse("2025-03-30T01:30:00.007Z");
    private static final String UNICODE = "Zoë 🦉\t\\N 'x' \"y\" \n\r \u2028 ß";

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Person(String id, byte[] seed, Map<String, @Nullable Object> row) {}

    /// @param messages in the order of their numbers in the relay
    record Session(
            String id,
            Person owner,
            Map<String, @Nullable Object> row,
            List<Map<String, @Nullable Object>> messages) {}

    final List<Person> people = new ArrayList<>();
    final List<Session> sessions = new ArrayList<>();
    final Map<String, List<Map<String, @Nullable Object>>> tables = new LinkedHashMap<>();
    private final Random random = new Random(7);
    private int made;

    HappyData() {
        for (String table : HappyDatabase.TABLES.keySet()) {
            tables.put(table, new ArrayList<>());
        }
        for (int i = 0; i < ACCOUNTS; i++) {
            people.add(person(i));
        }
        people.forEach(this::belongings);
        social();
        oddities();
    }

    void fill(Connection connection) throws SQLException {
        HappyDatabase.create(connection);
        for (Map.Entry<String, List<Map<String, @Nullable Object>>> table : tables.entrySet()) {
            HappyDatabase.fill(connection, table.getKey(), table.getValue());
        }
    }

    List<Map<String, @Nullable Object>> rows(String table) {
        return tables.getOrDefault(table, List.of());
    }

    private Person person(int i) {
        byte[] seed = bytes(32);
        String key = HexFormat.of().formatHex(SignIn.publicKey(new MasterSecret(seed)));
        String id = id("acc");
        var row =
                add(
                        "Account",
                        "id",
                        id,
                        "publicKey",
                        i % 2 == 0 ? key.toUpperCase(Locale.ROOT) : key,
                        "seq",
                        i * 1_000,
                        "createdAt",
                        time(),
                        "updatedAt",
                        time(),
                        "settings",
                        i == 3 ? null : "settings " + UNICODE + i,
                        "settingsVersion",
                        i,
                        "githubUserId",
                        i == 4 ? "4711" : null,
                        "avatar",
                        i == 1
                                ? Map.of(
                                        "path", "public/a.png",
                                        "width", 8,
                                        "height", 9,
                                        "thumbhash", "dGg=",
                                        "url", "https://files.example/a.png")
                                : i == 2 ? Map.of("path", "public/b.png") : null,
                        "firstName",
                        i == 5 ? null : "Zoë 🦉 " + i,
                        "lastName",
                        i == 5 ? null : "O'Neil",
                        "username",
                        i < 4 ? "user" + i : null,
                        "feedSeq",
                        20L);
        return new Person(id, seed, row);
    }

    private void belongings(Person person) {
        for (int i = 0; i < 2; i++) {
            add(
                    "Machine",
                    "id",
                    id("machine-"),
                    "accountId",
                    person.id(),
                    "metadata",
                    base64(40),
                    "metadataVersion",
                    1 + i,
                    "daemonState",
                    i == 0 ? base64(30) : null,
                    "daemonStateVersion",
                    i == 0 ? 9 : 0,
                    "dataEncryptionKey",
                    i == 0 ? bytes(49) : null,
                    "seq",
                    0,
                    "active",
                    true,
                    "lastActiveAt",
                    time(),
                    "createdAt",
                    time(),
                    "updatedAt",
                    time());
            add(
                    "Artifact",
                    "id",
                    id("artifact-"),
                    "accountId",
                    person.id(),
                    "header",
                    bytes(20),
                    "headerVersion",
                    1 + i,
                    "body",
                    person.equals(people.getFirst()) ? bytes(2 << 20) : bytes(200),
                    "bodyVersion",
                    7,
                    "dataEncryptionKey",
                    bytes(49),
                    "seq",
                    8,
                    "createdAt",
                    time(),
                    "updatedAt",
                    time());
            add(
                    "UserKVStore",
                    "id",
                    id("kv"),
                    "accountId",
                    person.id(),
                    "key",
                    "key/" + i + " ß",
                    "value",
                    i == 0 ? bytes(30) : null,
                    "version",
                    4 + i,
                    "createdAt",
                    time(),
                    "updatedAt",
                    time());
            add(
                    "AccountPushToken",
                    "id",
                    id("push"),
                    "accountId",
                    person.id(),
                    "token",
                    "ExponentPushToken[" + id("t") + "]",
                    "createdAt",
                    time(),
                    "updatedAt",
                    time());
        }
        for (int i = 0; i < SESSIONS_PER_ACCOUNT; i++) {
            session(person, i);
        }
        List<Map<String, @Nullable Object>> machines = rows("Machine");
        Session last = sessions.getLast();
        add(
                "AccessKey",
                "id",
                id("access"),
                "accountId",
                person.id(),
                "machineId",
                machines.getLast().get("id"),
                "sessionId",
                last.id(),
                "data",
                base64(60),
                "dataVersion",
                3,
                "createdAt",
                time(),
                "updatedAt",
                time());
        for (String session : new String[] {last.id(), null}) {
            add(
                    "UsageReport",
                    "id",
                    id("usage"),
                    "key",
                    "claude-session",
                    "accountId",
                    person.id(),
                    "sessionId",
                    session,
                    "data",
                    Map.of(
                            "tokens", Map.of("total", 100, "input", 60),
                            "cost", Map.of("total", 0.25, "input", 0.1)),
                    "createdAt",
                    Instant.parse("2026-02-03T04:05:06.789Z"),
                    "updatedAt",
                    time());
        }
        add(
                "ServiceAccountToken",
                "id",
                id("vendor"),
                "accountId",
                person.id(),
                "vendor",
                "anthropic",
                "token",
                bytes(40),
                "metadata",
                null,
                "lastUsedAt",
                null,
                "createdAt",
                time(),
                "updatedAt",
                time());
        add(
                "UploadedFile",
                "id",
                id("file"),
                "accountId",
                person.id(),
                "path",
                "public/users/x.png",
                "width",
                1,
                "height",
                1,
                "thumbhash",
                null,
                "reuseKey",
                null,
                "createdAt",
                time(),
                "updatedAt",
                time());
    }

    private void session(Person person, int i) {
        String id = id("session");
        var row =
                add(
                        "Session",
                        "id",
                        id,
                        "tag",
                        i == 7 ? UNICODE : "tag-" + i,
                        "accountId",
                        person.id(),
                        "metadata",
                        base64(80),
                        "metadataVersion",
                        i,
                        "agentState",
                        i % 3 == 0 ? null : base64(50),
                        "agentStateVersion",
                        i % 3 == 0 ? 0 : 12,
                        "dataEncryptionKey",
                        i % 2 == 0 ? bytes(49) : null,
                        "seq",
                        MESSAGES_PER_SESSION,
                        "active",
                        i % 4 == 0,
                        "lastActiveAt",
                        time(),
                        "createdAt",
                        time(),
                        "updatedAt",
                        time());
        var messages = new ArrayList<Map<String, @Nullable Object>>();
        // In every tenth session two writers were given the number 50.
        boolean doubled = i % 10 == 3;
        for (int n = 1; n <= MESSAGES_PER_SESSION; n++) {
            boolean large = n == 9 && i == 0 && person.equals(people.getFirst());
            messages.add(
                    row(
                            "id", String.format(Locale.ROOT, "m%s%04d", id, n),
                            "sessionId", id,
                            "localId",
                                    n % 5 == 0 ? null : n == 6 ? "local " + UNICODE : "local-" + n,
                            "seq", doubled && n > 50 ? n - 1 : n,
                            "content",
                                    Map.of(
                                            "t",
                                            "encrypted",
                                            "c",
                                            large
                                                    ? base64(6 << 20)
                                                    : n == 8 ? UNICODE : base64(90)),
                            // The later one with the same number was made later, by id or by time.
                            "createdAt", BEGIN.plusMillis(doubled && i > 10 ? 5 : 1_000L * n),
                            "updatedAt", BEGIN.plusMillis(1_000L * n + 1)));
        }
        sessions.add(new Session(id, person, row, List.copyOf(messages)));
        // On the disk they lie in any order.
        Collections.shuffle(messages, random);
        rows("SessionMessage").addAll(messages);
    }

    private void social() {
        relation(0, 1, "friend", true);
        relation(1, 0, "friend", true);
        relation(0, 2, "requested", false);
        relation(2, 0, "pending", false);
        relation(3, 0, "rejected", false);
        for (int i = 0; i < 5; i++) {
            String about = people.get(i + 1).id();
            add(
                    "UserFeedItem",
                    "id",
                    id("feed"),
                    "userId",
                    people.getFirst().id(),
                    "counter",
                    3L + 4L * i,
                    "repeatKey",
                    i == 2 ? null : "friend_request_" + about,
                    "body",
                    Map.of("kind", "friend_request", "uid", about),
                    "createdAt",
                    time(),
                    "updatedAt",
                    time());
        }
    }

    private void relation(int from, int to, String status, boolean accepted) {
        add(
                "UserRelationship",
                "fromUserId",
                people.get(from).id(),
                "toUserId",
                people.get(to).id(),
                "status",
                status,
                "createdAt",
                time(),
                "updatedAt",
                time(),
                "acceptedAt",
                accepted ? time() : null,
                "lastNotifiedAt",
                accepted ? null : time());
    }

    /// One row for each reason not to take it.
    private void oddities() {
        String noKey = id("acc");
        add(
                "Account",
                "id",
                noKey,
                "publicKey",
                "abcd",
                "seq",
                1,
                "createdAt",
                time(),
                "updatedAt",
                time(),
                "settings",
                null,
                "settingsVersion",
                0,
                "githubUserId",
                null,
                "avatar",
                null,
                "firstName",
                null,
                "lastName",
                null,
                "username",
                null,
                "feedSeq",
                0L);
        String lost = id("session");
        add(
                "Session",
                "id",
                lost,
                "tag",
                "lost",
                "accountId",
                noKey,
                "metadata",
                "bQ==",
                "metadataVersion",
                0,
                "agentState",
                null,
                "agentStateVersion",
                0,
                "dataEncryptionKey",
                null,
                "seq",
                1,
                "active",
                false,
                "lastActiveAt",
                time(),
                "createdAt",
                time(),
                "updatedAt",
                time());
        Session whole = sessions.getFirst();
        for (int i = 0; i < 2; i++) {
            rows("SessionMessage")
                    .add(
                            row(
                                    "id",
                                    id("odd"),
                                    "sessionId",
                                    i == 0 ? lost : whole.id(),
                                    "localId",
                                    null,
                                    "seq",
                                    1,
                                    "content",
                                    i == 0
                                            ? Map.of("t", "encrypted", "c", "bQ==")
                                            : Map.of("t", "plain", "text", "hello"),
                                    "createdAt",
                                    time(),
                                    "updatedAt",
                                    time()));
        }
        add(
                "AccessKey",
                "id",
                id("access"),
                "accountId",
                whole.owner().id(),
                "machineId",
                rows("Machine").getLast().get("id"),
                "sessionId",
                whole.id(),
                "data",
                "eA==",
                "dataVersion",
                1,
                "createdAt",
                time(),
                "updatedAt",
                time());
        add(
                "UsageReport",
                "id",
                id("usage"),
                "key",
                "odd",
                "accountId",
                whole.owner().id(),
                "sessionId",
                null,
                "data",
                Map.of("tokens", Map.of("input", 1), "cost", Map.of("total", 1)),
                "createdAt",
                time(),
                "updatedAt",
                time());
        add(
                "TerminalAuthRequest",
                "id",
                id("request"),
                "publicKey",
                "ab",
                "supportsV2",
                true,
                "response",
                null,
                "responseAccountId",
                null,
                "createdAt",
                time(),
                "updatedAt",
                time());
    }

    private Map<String, @Nullable Object> add(String table, @Nullable Object... fields) {
        Map<String, @Nullable Object> row = row(fields);
        rows(table).add(row);
        return row;
    }

    static Map<String, @Nullable Object> row(@Nullable Object... fields) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < fields.length; i += 2) {
            row.put(String.valueOf(fields[i]), fields[i + 1]);
        }
        return row;
    }

    private Instant time() {
        return BEGIN.plusMillis(1_001L * made++);
    }

    private String id(String kind) {
        return kind + "x" + Long.toString(1_000_000 + made++, 36);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private String base64(int count) {
        return Base64.getEncoder().encodeToString(bytes(count));
    }
}
