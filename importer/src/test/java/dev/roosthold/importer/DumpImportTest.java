package dev.roosthold.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.StoppedRelay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What is there already, what has changed on both sides, and dumps that are none: with a few rows
/// for each case.
final class DumpImportTest {
    private static final Instant TIME = Instant.parse("2026-05-06T07:08:09.010Z");
    private static final byte[] ADA = seed(1);
    private static final byte[] BEN = seed(2);

    @TempDir private Path folder;
    private final Map<String, List<Map<String, @Nullable Object>>> rows = new LinkedHashMap<>();

    @Test
    void anAccountThatSignedInBeforeIsMerged() throws IOException {
        Path data = folder.resolve("data");
        String adaHere;
        String taken;
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            adaHere = ada.get("/v1/account/profile").path("id").asString();
            ada.post("/v1/account/settings", Map.of("settings", "new", "expectedVersion", 0));
            taken =
                    ada.post("/v1/sessions", Map.of("tag", "work", "metadata", "bmV3"))
                            .path("session")
                            .path("id")
                            .asString();
        }
        account("ada", ADA, 5, "old", 3);
        account("ben", BEN, 5, null, 0);
        session("s1", "ada", "work", 0);
        relation("ben", "ada", "friend");
        relation("ada", "ben", "friend");
        feedItem("f1", 9, "ada");

        ImportReport report = imports(data);

        assertThat(whats(report)).anyMatch(what -> what.contains("under another account id"));
        assertThat(whats(report)).anyMatch(what -> what.contains("another session with its tag"));
        assertThat(counts(report, "accounts")).isEqualTo("2 read, 1 imported, 1 conflicts");
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            assertThat(ada.get("/v1/account/profile").path("id").asString()).isEqualTo(adaHere);
            assertThat(ada.get("/v1/account/settings").path("settings").asString())
                    .isEqualTo("new");
            assertThat(ids(ada.get("/v1/sessions").path("sessions")))
                    .containsExactlyInAnyOrder(taken, "s1");
            assertThat(
                            ada.post("/v1/sessions", Map.of("tag", "work", "metadata", "eA=="))
                                    .path("session")
                                    .path("id")
                                    .asString())
                    .isEqualTo(taken);
            assertThat(ada.get("/v1/friends").path("friends").get(0).path("id").asString())
                    .isEqualTo("ben");
            // Whoever had followed the relay's own numbers has to read anew.
            assertThat(ada.get("/v1/changes?after=2").path("verdict").asString()).isEqualTo("gap");

            JsonNode item = relay.signsIn(BEN).get("/v1/feed").path("items").get(0);
            assertThat(item.path("body").path("uid").asString()).isEqualTo(adaHere);
            assertThat(item.path("repeatKey").asString()).isEqualTo("friend_accepted_" + adaHere);
        }
    }

    @Test
    void whatIsEmptyInTheRelayIsFilled() throws IOException {
        Path data = folder.resolve("data");
        try (var relay = new ImportedRelay(data)) {
            relay.signsIn(ADA);
        }
        account("ada", ADA, 5, "old", 3);
        rowsOf("Account").getLast().put("firstName", "Ada");

        ImportReport report = imports(data);

        assertThat(counts(report, "accounts")).isEqualTo("1 read, 1 completed");
        assertThat(report.isComplete()).isTrue();
        assertThat(counts(imports(data), "accounts")).isEqualTo("1 read, 1 present");
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            assertThat(ada.get("/v1/account/settings").path("settings").asString())
                    .isEqualTo("old");
            assertThat(ada.get("/v1/account/settings").path("settingsVersion").asInt())
                    .isEqualTo(3);
            assertThat(ada.get("/v1/account/profile").path("firstName").asString())
                    .isEqualTo("Ada");
        }
    }

    @Test
    void rowsWithOtherContentAreReportedAndNeverOverwritten() throws IOException {
        Path data = folder.resolve("data");
        everythingOnce(1);
        imports(data);
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            ada.post("/v1/account/settings", Map.of("settings", "newer", "expectedVersion", 1));
            ada.post(
                    "/v1/kv",
                    Map.of(
                            "mutations",
                            List.of(Map.of("key", "k", "value", "bmV3", "version", 1))));
            ada.post("/v1/artifacts/a1", Map.of("header", "bmV3", "expectedHeaderVersion", 1));
            ada.asks("PUT", "/v1/access-keys/s1/m1", Map.of("data", "newer", "expectedVersion", 1));
        }
        Map<String, List<String>> before = TargetDump.of(data);

        // The relay went on.
        ImportReport report = imports(data);

        assertThat(report.changedNothing()).isTrue();
        assertThat(report.isComplete()).isFalse();
        assertThat(kindsOf(report, "has a newer version"))
                .containsExactlyInAnyOrder(
                        "accounts", "access keys", "artifacts", "key-value pairs");
        assertThat(counts(report, "machines")).isEqualTo("1 read, 1 present");
        assertThat(TargetDump.of(data)).isEqualTo(before);

        // The old server went on as well, further, and has another message.
        rows.clear();
        everythingOnce(5);
        add(
                "UserRelationship",
                "fromUserId",
                "ada",
                "toUserId",
                "ada",
                "status",
                "friend",
                "createdAt",
                TIME,
                "updatedAt",
                TIME,
                "acceptedAt",
                null,
                "lastNotifiedAt",
                null);
        ImportReport later = imports(data);

        assertThat(later.changedNothing()).isTrue();
        assertThat(kindsOf(later, "with other content"))
                .containsExactlyInAnyOrder(
                        "accounts",
                        "machines",
                        "sessions",
                        "access keys",
                        "artifacts",
                        "key-value pairs");
        assertThat(later.lines())
                .contains("conflict: 1 of machines: " + otherContent(later), "  m1");
        assertThat(TargetDump.of(data)).isEqualTo(before);
    }

    @Test
    void sameVersionsWithOtherContentAreConflictsToo() throws IOException {
        Path data = folder.resolve("data");
        everythingOnce(1);
        message("a1", "s1", null, 1);
        message("a2", "s1", "l2", 2);
        relation("ada", "ben", "friend");
        account("ben", BEN, 1, null, 0);
        imports(data);
        Map<String, List<String>> before = TargetDump.of(data);
        rowsOf("Account").getFirst().put("settings", "else");
        rowsOf("Machine").getFirst().put("metadata", "ZWxzZQ==");
        rowsOf("Session").getFirst().put("agentState", "ZWxzZQ==");
        rowsOf("SessionMessage")
                .getLast()
                .put("content", Map.of("t", "encrypted", "c", "ZWxzZQ=="));
        rowsOf("AccessKey").getFirst().put("data", "else");
        rowsOf("Artifact").getFirst().put("body", new byte[] {9});
        rowsOf("UserKVStore").getFirst().put("value", null);
        rowsOf("UserRelationship").getFirst().put("status", "none");

        ImportReport report = imports(data);

        assertThat(kindsOf(report, "with other content"))
                .containsExactlyInAnyOrder(
                        "accounts",
                        "machines",
                        "sessions",
                        "messages",
                        "access keys",
                        "artifacts",
                        "key-value pairs",
                        "friends");
        assertThat(counts(report, "messages")).isEqualTo("2 read, 1 present, 1 conflicts");
        assertThat(report.changedNothing()).isTrue();
        assertThat(TargetDump.of(data)).isEqualTo(before);

        // With another key nobody could read what belongs to it.
        rowsOf("Session").getFirst().put("dataEncryptionKey", new byte[] {7});
        message("a3", "s1", null, 3);
        ImportReport otherKey = imports(data);
        assertThat(kindsOf(otherKey, "another encryption key")).containsExactly("sessions");
        assertThat(counts(otherKey, "messages")).isEqualTo("3 read, 3 problems");
        assertThat(TargetDump.of(data)).isEqualTo(before);
    }

    @Test
    void aFeedItemWithTheKeyOfAnotherOneIsAConflict() throws IOException {
        Path data = folder.resolve("data");
        account("ada", ADA, 5, null, 0);
        account("ben", BEN, 5, null, 0);
        feedItem("f1", 3, "ben");
        imports(data);
        Map<String, List<String>> before = TargetDump.of(data);
        rows.remove("UserFeedItem");
        feedItem("f2", 4, "ben");

        ImportReport report = imports(data);

        assertThat(kindsOf(report, "another item with the same key")).containsExactly("feed items");
        assertThat(TargetDump.of(data)).isEqualTo(before);
    }

    @Test
    void aUserNameThatIsTakenIsLeftOutTheSameWayEachTime() throws IOException {
        Path data = folder.resolve("data");
        account("ada", ADA, 5, null, 0);
        rowsOf("Account").getLast().put("username", "owl");
        account("ben", BEN, 5, null, 0);
        rowsOf("Account").getLast().put("username", "Owl");
        rowsOf("Account").getLast().put("firstName", "Ben");

        ImportReport first = imports(data);
        ImportReport second = imports(data);

        for (ImportReport report : List.of(first, second)) {
            assertThat(report.isComplete()).isTrue();
            assertThat(whats(report)).singleElement().asString().contains("imported without it");
        }
        assertThat(second.changedNothing()).isTrue();
        try (var relay = new ImportedRelay(data)) {
            JsonNode ben = relay.signsIn(BEN).get("/v1/account/profile");
            assertThat(ben.path("firstName").asString()).isEqualTo("Ben");
            assertThat(ben.path("username").isNull()).isTrue();
        }
    }

    @Test
    void aDumpThatPgliteMadeIsTakenOver() throws IOException {
        String dump;
        try (var in = DumpImportTest.class.getResourceAsStream("/pglite.sql")) {
            dump = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        dump = dump.replace("KEYADA", key(ADA)).replace("KEYBEN", key(BEN));
        Path data = folder.resolve("data");

        ImportReport report = imports(data, dump);

        assertThat(report.isComplete()).isTrue();
        assertThat(counts(report, "messages")).isEqualTo("3 read, 3 imported");
        // Packed it is the same.
        Path packed = folder.resolve("packed.sql.gz");
        Files.write(packed, gzip(dump.getBytes(StandardCharsets.UTF_8)));
        ImportReport again = importsFile(data, packed);
        assertThat(again.changedNothing()).isTrue();
        assertThat(counts(again, "messages")).isEqualTo("3 read, 3 present");
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            assertThat(ada.get("/v1/account/settings").path("settings").asString())
                    .isEqualTo("it's \\ \"quoted\"\nand more 🦉");
            assertThat(ada.get("/v1/account/profile").path("firstName").asString())
                    .isEqualTo("Zoë");
            JsonNode session = ada.get("/v1/sessions").path("sessions").get(0);
            assertThat(session.path("id").asString()).isEqualTo("s1");
            assertThat(session.path("dataEncryptionKey").asString()).isEqualTo("AAH/Jw==");
            assertThat(session.path("createdAt").asLong())
                    .isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z").toEpochMilli());
            JsonNode messages = ada.get("/v3/sessions/s1/messages").path("messages");
            assertThat(messages).hasSize(3);
            assertThat(messages.get(2).path("localId").asString()).isEqualTo("l;--3");
            assertThat(messages.get(2).path("content").path("c").asString())
                    .isEqualTo("bWVzc2FnZSAz");
            assertThat(ada.get("/v1/friends").path("friends").get(0).path("id").asString())
                    .isEqualTo("ben");
            assertThat(ada.get("/v1/kv/key").path("value").asString()).isEqualTo("AP8=");
        }
    }

    @Test
    void aMachineOfSomebodyElseIsLeftAlone() throws IOException {
        Path data = folder.resolve("data");
        try (var relay = new ImportedRelay(data)) {
            relay.signsIn(BEN).post("/v1/machines", Map.of("id", "m1", "metadata", "YmVu"));
        }
        everythingOnce(1);

        ImportReport report = imports(data);

        assertThat(report.isComplete()).isFalse();
        assertThat(whats(report))
                .anyMatch(what -> what.contains("belongs to another account"))
                .anyMatch(what -> what.equals("its machine was not imported"));
        try (var relay = new ImportedRelay(data)) {
            assertThat(relay.signsIn(BEN).get("/v1/machines").get(0).path("metadata").asString())
                    .isEqualTo("YmVu");
            assertThat(relay.signsIn(ADA).get("/v1/machines")).isEmpty();
        }
    }

    @Test
    void messagesOfBothServersAreKept() throws IOException {
        Path data = folder.resolve("data");
        account("ada", ADA, 5, null, 0);
        session("s1", "ada", "work", 2);
        message("a1", "s1", "l1", 1);
        message("a2", "s1", null, 2);
        imports(data);
        try (var relay = new ImportedRelay(data)) {
            relay.signsIn(ADA)
                    .post(
                            "/v3/sessions/s1/messages",
                            Map.of(
                                    "messages",
                                    List.of(
                                            Map.of("content", "bmV3", "localId", "new"),
                                            Map.of("content", "Ym90aA==", "localId", "both"))));
        }
        message("a3", "s1", null, 3);
        message("a4", "s1", "both", 4);
        message("a5", "s1", "l5", 4);
        session("s2", "ada", "play", 0);

        ImportReport report = imports(data);

        assertThat(whats(report))
                .anyMatch(what -> what.contains("another number"))
                .anyMatch(what -> what.contains("sent by its client to both"));
        List<String> after = TargetDump.of(data).get("message");
        imports(data);
        assertThat(TargetDump.of(data).get("message")).isEqualTo(after);
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            var found = new ArrayList<String>();
            for (JsonNode message : ada.get("/v3/sessions/s1/messages").path("messages")) {
                String id = message.path("id").asString();
                found.add(message.path("seq").asInt() + " " + (id.length() > 2 ? "new" : id));
            }
            assertThat(found).containsExactly("1 a1", "2 a2", "3 new", "4 new", "5 a3", "6 a5");
            JsonNode posted =
                    ada.post(
                            "/v3/sessions/s1/messages",
                            Map.of("messages", List.of(Map.of("content", "eA==", "localId", "x"))));
            assertThat(posted.path("messages").get(0).path("seq").asInt()).isEqualTo(7);
        }
    }

    @Test
    void aSessionThatIsBeingDeletedStaysDeleted() throws IOException {
        Path data = folder.resolve("data");
        account("ada", ADA, 5, null, 0);
        session("s1", "ada", "work", 1);
        message("a1", "s1", null, 1);
        imports(data);
        TargetDump.change(data, "DELETE FROM session");
        TargetDump.change(data, "INSERT INTO session_to_purge VALUES ('s1')");

        ImportReport report = imports(data);

        assertThat(report.kinds().get(2).skipped()).isEqualTo(1);
        assertThat(TargetDump.of(data).get("session")).isEmpty();
    }

    @Test
    void twoAccountsWhoseKeysDifferInCaseOnlyAreOne() throws IOException {
        account("ada", ADA, 5, "one", 1);
        account("ADA", ADA, 9, "two", 2);
        rowsOf("Account").getLast().compute("publicKey", (_, key) -> upper(key));
        rowsOf("Account").getLast().put("createdAt", TIME.minusMillis(1));
        session("s1", "ada", "work", 0);
        session("s2", "ADA", "play", 0);
        Path data = folder.resolve("data");

        ImportReport report = imports(data);

        assertThat(counts(report, "accounts")).isEqualTo("2 read, 1 imported, 1 conflicts");
        assertThat(TargetDump.of(data).get("account")).hasSize(1);
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person ada = relay.signsIn(ADA);
            assertThat(ids(ada.get("/v1/sessions").path("sessions")))
                    .containsExactlyInAnyOrder("s1", "s2");
            assertThat(ada.get("/v1/account/settings").path("settings").asString())
                    .isEqualTo("two");
        }
    }

    @Test
    void aRunningRelayIsLeftAlone() throws IOException {
        Path data = folder.resolve("data");
        var config = RelayConfig.defaults().withDataDirectory(data);
        StoppedRelay.check(config);
        assertThat(data).doesNotExist();
        try (var _ = new ImportedRelay(data)) {
            assertThatThrownBy(() -> StoppedRelay.check(config))
                    .isInstanceOf(IOException.class)
                    .hasMessage("another relay is using " + data);
            assertThatThrownBy(() -> StoppedRelay.open(config)).isInstanceOf(IOException.class);
            Path copy = Files.createDirectory(folder.resolve("copy"));
            assertThatThrownBy(() -> StoppedRelay.copy(config, copy))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDumpThatIsNotAsPgDumpWritesItIsRefusedWithItsLine() throws IOException {
        everythingOnce(1);
        String good = HappyDatabase.smallDump(rows);
        refuses(good.substring(0, good.indexOf("-- PostgreSQL database dump complete")), "cut off");
        refuses(good.substring(0, good.indexOf("\\.\n")), "middle of a COPY block");
        refuses(good.replace("\tada\t", "\tada\t\\q\t"), "an unknown escape");
        refuses(good.replaceFirst("\tada\t", "\t"), "fields instead of");
        refuses(good.replaceFirst("\tada\t", "\tada\tada\t"), "more than");
        refuses(good.replace("'UTF8'", "'LATIN1'"), "client_encoding");
        refuses(good.replace("strings = on", "strings = off"), "standard_conforming_strings");
        refuses(good.replace("\"Session\"", "\"Sezzion\""), "has no table \"Session\"");
        refuses(good.replace("\"publicKey\"", "\"publikKey\""), "has no column \"publicKey\"");
        refuses(good.replace("\\restrict", "\\! rm"), "an unknown command");
        refuses("\\connect a\n\\connect b\n" + good, "several databases");
        refuses(good.replace("public.\"Session\"", "other.\"Session\""), "two schemas");
        refuses(good.replace("FROM stdin;", "FROM stdin WITH CSV;"), "another form than text");
        refuses("SELECT 1;\n-- PostgreSQL database dump complete\n", "not the database of a happy");
        refuses("INSERT INTO public.\"Account\" VALUES ('a');", "--column-inserts");
        refuses(
                "INSERT INTO public.\"Account\" (id) VALUES (now());",
                "a value that pg_dump does not write");
        refuses("INSERT INTO public.\"Account\" (id) VALUES ('a", "middle of a text");
        refuses("CREATE FUNCTION x() AS $x$ begin", "middle of a function");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void otherFormatsAreNamedWithTheWayOut() throws IOException {
        refusesBytes("PGDMP\1\2\3".getBytes(StandardCharsets.ISO_8859_1), "custom", "pg_restore");
        byte[] tar = Arrays.copyOf("pgdata/PG_VERSION".getBytes(StandardCharsets.US_ASCII), 1024);
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        refusesBytes(tar, "tar archive", "pgDump({ pg })");
        refusesBytes(gzip(tar), "tar archive", "pgDump({ pg })");
        byte[] tarDump = Arrays.copyOf("toc.dat".getBytes(StandardCharsets.US_ASCII), 1024);
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tarDump, 257, 5);
        refusesBytes(tarDump, "tar format", "pg_restore");
        refusesBytes("\uFEFFSET x".getBytes(StandardCharsets.UTF_16LE), "UTF-16", "--file");
        refusesBytes(new byte[] {'P', 'K', 3, 4, 0, 0}, "neither plain SQL", "Unpack");
        Path pglite = Files.createDirectory(folder.resolve("pglite"));
        Files.writeString(pglite.resolve("PG_VERSION"), "17");
        assertThatThrownBy(() -> DumpSource.open(pglite, folder))
                .isInstanceOfSatisfying(
                        ImportFailure.class,
                        failure -> assertThat(failure.advice()).contains("pgDump({ pg })"));
        assertThatThrownBy(() -> DumpSource.open(folder.resolve("no"), folder))
                .isInstanceOf(ImportFailure.class)
                .hasMessageContaining("there is no dump");
    }

    @Test
    void columnInsertsWithSeveralRowsAndOtherWordsAreRead() throws IOException {
        account("ada", ADA, 5, null, 0);
        session("s1", "ada", "work", 0);
        String dump =
                HappyDatabase.smallDump(rows)
                        .replace(
                                "ALTER TABLE ONLY",
                                """
                                INSERT INTO public."Account" ("createdAt", "updatedAt", id, "publicKey", seq, "settingsVersion", settings, "firstName") VALUES
                                \t('2026-01-02 03:04:05', '2026-01-02 03:04:05.1', 'ben', '%s', 7, 2, 'it''s \\ {"a":1}', NULL),
                                \t('2026-01-02 03:04:05+00', '2026-01-02 03:04:05', 'bad', 'xyz', -7, 2, E'a\\nb', DEFAULT);
                                INSERT INTO public."Account" (id) VALUES ('odd') ON CONFLICT DO NOTHING;
                                CREATE TABLE public.other (id text, CONSTRAINT c CHECK ((id <> ';')));
                                INSERT INTO public.other VALUES (';--''');
                                COPY public.other (id) FROM stdin;
                                a\\
                                \\.
                                /* a /* nested */ ; remark */
                                ALTER TABLE ONLY"""
                                        .formatted(key(BEN)));
        Path data = folder.resolve("data");

        ImportReport report = imports(data, dump);

        assertThat(report.kinds().getFirst().imported()).isEqualTo(2);
        assertThat(report.kinds().getFirst().problems()).isEqualTo(2);
        assertThat(TargetDump.of(data).get("account"))
                .anyMatch(
                        row ->
                                row.contains("id=ben|")
                                        && row.contains("settings=it's \\ {\"a\":1}|")
                                        && row.contains("created_at=1767323045000|"));
    }

    /// One row of each kind that has versions.
    private void everythingOnce(int version) {
        account("ada", ADA, 5, "settings" + version, version);
        add(
                "Machine",
                "id",
                "m1",
                "accountId",
                "ada",
                "metadata",
                "YWRh",
                "metadataVersion",
                version,
                "daemonState",
                null,
                "daemonStateVersion",
                0,
                "dataEncryptionKey",
                null,
                "seq",
                0,
                "active",
                true,
                "lastActiveAt",
                TIME,
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
        session("s1", "ada", "work", 0);
        rowsOf("Session").getLast().put("metadataVersion", version);
        add(
                "AccessKey",
                "id",
                "k1",
                "accountId",
                "ada",
                "machineId",
                "m1",
                "sessionId",
                "s1",
                "data",
                "data" + version,
                "dataVersion",
                version,
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
        add(
                "Artifact",
                "id",
                "a1",
                "accountId",
                "ada",
                "header",
                new byte[] {1},
                "headerVersion",
                version,
                "body",
                new byte[] {2},
                "bodyVersion",
                1,
                "dataEncryptionKey",
                new byte[] {3},
                "seq",
                version,
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
        add(
                "UserKVStore",
                "id",
                "v1",
                "accountId",
                "ada",
                "key",
                "k",
                "value",
                new byte[] {1},
                "version",
                version,
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
    }

    private void account(
            String id, byte[] seed, int seq, @Nullable String settings, int settingsVersion) {
        add(
                "Account",
                "id",
                id,
                "publicKey",
                key(seed),
                "seq",
                seq,
                "createdAt",
                TIME,
                "updatedAt",
                TIME,
                "settings",
                settings,
                "settingsVersion",
                settingsVersion,
                "feedSeq",
                0);
    }

    private void session(String id, String account, String tag, int seq) {
        add(
                "Session",
                "id",
                id,
                "tag",
                tag,
                "accountId",
                account,
                "metadata",
                "bWV0YQ==",
                "metadataVersion",
                0,
                "agentState",
                null,
                "agentStateVersion",
                0,
                "dataEncryptionKey",
                null,
                "seq",
                seq,
                "active",
                true,
                "lastActiveAt",
                TIME,
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
    }

    private void message(String id, String session, @Nullable String localId, int seq) {
        add(
                "SessionMessage",
                "id",
                id,
                "sessionId",
                session,
                "localId",
                localId,
                "seq",
                seq,
                "content",
                Map.of("t", "encrypted", "c", "bQ=="),
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
    }

    private void relation(String from, String to, String status) {
        add(
                "UserRelationship",
                "fromUserId",
                from,
                "toUserId",
                to,
                "status",
                status,
                "createdAt",
                TIME,
                "updatedAt",
                TIME,
                "acceptedAt",
                TIME,
                "lastNotifiedAt",
                null);
    }

    private void feedItem(String id, int counter, String about) {
        add(
                "UserFeedItem",
                "id",
                id,
                "userId",
                about.equals("ada") ? "ben" : "ada",
                "counter",
                counter,
                "repeatKey",
                "friend_accepted_" + about,
                "body",
                Map.of("kind", "friend_accepted", "uid", about),
                "createdAt",
                TIME,
                "updatedAt",
                TIME);
    }

    private void add(String table, @Nullable Object... fields) {
        rowsOf(table).add(HappyData.row(fields));
    }

    private List<Map<String, @Nullable Object>> rowsOf(String table) {
        return rows.computeIfAbsent(table, _ -> new ArrayList<>());
    }

    private ImportReport imports(Path data) throws IOException {
        return imports(data, HappyDatabase.smallDump(rows));
    }

    private ImportReport imports(Path data, String sql) throws IOException {
        return importsFile(data, Files.writeString(folder.resolve("happy.sql"), sql));
    }

    private ImportReport importsFile(Path data, Path dump) throws IOException {
        try (HappySource source = DumpSource.open(dump, folder);
                var relay = StoppedRelay.open(RelayConfig.defaults().withDataDirectory(data))) {
            return HappyImport.run(source, relay.store(), false, _ -> {});
        }
    }

    private void refuses(String sql, String why) throws IOException {
        refusesBytes(sql.getBytes(StandardCharsets.UTF_8), why, "");
    }

    private void refusesBytes(byte[] bytes, String why, String advice) throws IOException {
        Path dump = Files.write(folder.resolve("bad.sql"), bytes);
        assertThatThrownBy(() -> DumpSource.open(dump, folder).close())
                .isInstanceOfSatisfying(
                        ImportFailure.class,
                        failure -> assertThat(failure.advice()).contains(advice))
                .hasMessageContaining(why);
        try (var left = Files.list(folder)) {
            assertThat(left).noneMatch(file -> file.toString().contains("roost-import"));
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var packed = new GZIPOutputStream(out)) {
            packed.write(bytes);
        }
        return out.toByteArray();
    }

    private static String otherContent(ImportReport report) {
        return whats(report).stream()
                .filter(what -> what.contains("with other content"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> kindsOf(ImportReport report, String what) {
        return report.findings().stream()
                .filter(group -> group.what().contains(what))
                .peek(group -> assertThat(group.weight()).isEqualTo("conflict"))
                .map(ImportReport.Group::kind)
                .toList();
    }

    /// The numbers of one kind that are not 0.
    private static String counts(ImportReport report, String kind) {
        ImportReport.Line line =
                report.kinds().stream()
                        .filter(candidate -> candidate.kind().equals(kind))
                        .findFirst()
                        .orElseThrow();
        var text = new StringBuilder(line.read() + " read");
        append(text, line.imported(), "imported");
        append(text, line.completed(), "completed");
        append(text, line.present(), "present");
        append(text, line.conflicts(), "conflicts");
        append(text, line.skipped(), "skipped");
        append(text, line.problems(), "problems");
        return text.toString();
    }

    private static void append(StringBuilder text, long number, String name) {
        if (number > 0) {
            text.append(", ").append(number).append(' ').append(name);
        }
    }

    private static List<String> whats(ImportReport report) {
        return report.findings().stream().map(ImportReport.Group::what).toList();
    }

    private static List<String> ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(item -> item.path("id").asString())
                .toList();
    }

    private static @Nullable Object upper(@Nullable Object key) {
        return String.valueOf(key).toUpperCase(java.util.Locale.ROOT);
    }

    private static String key(byte[] seed) {
        return HexFormat.of().formatHex(SignIn.publicKey(new MasterSecret(seed)));
    }

    private static byte[] seed(int number) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) number);
        return seed;
    }
}
