package dev.roosthold.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.StoppedRelay;
import dev.roosthold.relay.imports.Imports;
import dev.roosthold.relay.store.PostgresUrl;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A PostgreSQL with a happy server's tables and 50,000 messages, brought into relays.
final class HappyImportTest {
    private static final HappyData DATA = new HappyData();

    @TempDir private static Path shared;
    @TempDir private Path folder;

    private static EmbeddedPostgres postgres;

    /// What that import made, without its audit log.
    private static Map<String, List<String>> imported;

    /// The report of the first import from the server, into `shared/imported`.
    private static ImportReport report;

    @BeforeAll
    static void postgresIsFilledAndImported() throws IOException, SQLException {
        postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
        try (Connection connection = connection()) {
            DATA.fill(connection);
        }
        report = imports(shared.resolve("imported"));
        imported = TargetDump.withoutAudit(shared.resolve("imported"));
    }

    @AfterAll
    static void postgresStops() throws IOException {
        postgres.close();
    }

    @Test
    void everyRowIsCounted() {
        assertThat(report.kinds().stream().map(HappyImportTest::counts))
                .containsExactly(
                        "accounts 11 10 0 0 0 0 1",
                        "machines 20 20 0 0 0 0 0",
                        "sessions 251 250 0 0 0 0 1",
                        "messages 50002 50000 0 0 0 0 2",
                        "access keys 11 10 0 0 0 0 1",
                        "artifacts 20 20 0 0 0 0 0",
                        "key-value pairs 20 20 0 0 0 0 0",
                        "usage reports 21 20 0 0 0 0 1",
                        "friends 5 5 0 0 0 0 0",
                        "feed items 5 5 0 0 0 0 0",
                        "push tokens 20 20 0 0 0 0 0",
                        "vendor tokens 10 0 0 0 0 10 0",
                        "uploaded files 10 0 0 0 0 10 0");
        assertThat(report.findings().stream().map(group -> group.kind() + ": " + group.what()))
                .contains(
                        "accounts: publicKey has not 32 bytes",
                        "sessions: its account was not imported",
                        "messages: its session was not imported",
                        "messages: content is no encrypted text",
                        "access keys: its machine was not imported",
                        "usage reports: the report has no total");
        // 150 messages follow the second number 50 in each of 3 sessions of each account.
        assertThat(report.findings())
                .filteredOn(group -> group.what().contains("another number"))
                .singleElement()
                .satisfies(group -> assertThat(group.rows()).isEqualTo(150L * 30));
        assertThat(report.isComplete()).isFalse();
    }

    @Test
    void everythingIsThereOverRest() throws IOException {
        Path data = copyOfImported();
        try (var relay = new ImportedRelay(data)) {
            int messages = 0;
            for (HappyData.Person person : DATA.people) {
                ImportedRelay.Person me = relay.signsIn(person.seed());
                checkAccount(me, person);
                checkMachines(me, person);
                messages += checkSessions(me, person);
                checkContents(me, person);
            }
            assertThat(messages).isEqualTo(HappyData.MESSAGES);
            checkSocial(relay);
        }
    }

    @Test
    void theSecondImportChangesNothing() throws IOException {
        Path data = copyOfImported();
        Map<String, List<String>> before = TargetDump.of(data);

        ImportReport again = imports(data);

        assertThat(again.changedNothing()).isTrue();
        assertThat(again.kinds()).allMatch(line -> line.conflicts() == 0);
        assertThat(again.kinds().get(3).present()).isEqualTo(HappyData.MESSAGES);
        assertThat(again.lines()).contains("There was nothing new to import: nothing was changed.");
        assertThat(TargetDump.of(data)).isEqualTo(before);
    }

    @Test
    void aDryRunReportsTheSameAndChangesNothing() throws IOException {
        Path empty = folder.resolve("not there");
        assertThat(rehearses(empty).kinds()).isEqualTo(report.kinds());
        assertThat(empty).doesNotExist();

        Path data = copyOfImported();
        TargetDump.change(data, "DELETE FROM message WHERE seq > 100");
        Map<Path, Integer> before = hashes(data);
        assertThat(rehearses(data).kinds().get(3).imported()).isEqualTo(250 * 100);
        assertThat(hashes(data)).isEqualTo(before);
    }

    @Test
    void aDumpWithCopyBlocksGivesTheSameDatabase() throws IOException, SQLException {
        Path dump = folder.resolve("happy.sql");
        try (Connection connection = connection()) {
            Files.writeString(dump, HappyDatabase.copyDump(connection));
        }
        assertThat(importsDump(dump).kinds()).isEqualTo(report.kinds());
        assertThat(TargetDump.withoutAudit(folder.resolve("data"))).isEqualTo(imported);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void anImportThatBrokeOffGoesOn() {
        Path data = folder.resolve("data");
        assertThatThrownBy(
                        () -> {
                            try (var source = new BreakingOff(source());
                                    var relay = StoppedRelay.open(config(data))) {
                                HappyImport.run(source, relay.store(), false, _ -> {});
                            }
                        })
                .isInstanceOf(ImportFailure.class);
        List<String> some = TargetDump.of(data).get("message");
        assertThat(some).hasSizeBetween(1, 5_111);

        imports(data);

        Map<String, List<String>> now = TargetDump.withoutAudit(data);
        var whole = new HashMap<>(imported);
        // An account that gained rows in a later run is told so by its number.
        now.remove("account");
        whole.remove("account");
        assertThat(now).isEqualTo(whole);
    }

    @Test
    void whoCatchesUpWithAnOldNumberFindsAGap() throws IOException {
        Path data = copyOfImported();
        try (var relay = new ImportedRelay(data)) {
            ImportedRelay.Person me = relay.signsIn(DATA.people.get(1).seed());
            long old = 1_000;
            for (long cursor : new long[] {0, old - 1, old, old + 1, old + 50_000}) {
                assertThat(me.get("/v1/changes?after=" + cursor).path("verdict").asString())
                        .as("cursor %d", cursor)
                        .isEqualTo("gap");
            }
            long last = old + Imports.SEQ_MARGIN;
            assertThat(me.get("/v1/changes?after=0").path("lastSeq").asLong()).isEqualTo(last);
            assertThat(me.get("/v1/changes?after=" + last).path("verdict").asString())
                    .isEqualTo("resumed");

            // Also when the relay has gone on and has numbers of its own.
            me.post("/v1/account/settings", Map.of("settings", "new", "expectedVersion", 1));
            JsonNode changes = me.get("/v1/changes?after=" + last);
            assertThat(changes.path("changes").get(0).path("seq").asLong()).isEqualTo(last + 1);
            assertThat(me.get("/v1/changes?after=" + (old + 1)).path("verdict").asString())
                    .isEqualTo("gap");
        }
    }

    @Test
    void thePasswordIsInNoMessage() {
        PostgresUrl url =
                PostgresUrl.parse("postgresql://nobody:s3cretword@127.0.0.1:1/happy?schema=public");
        assertThat(url.password()).contains("s3cretword");
        assertThat(url.toString()).doesNotContain("s3cretword");
        assertThatThrownBy(() -> PostgresSource.open(url, Optional.empty()))
                .isInstanceOf(ImportFailure.class)
                .hasMessageStartingWith("cannot connect to the database on 127.0.0.1:1: ")
                .hasMessageNotContaining("s3cretword")
                .hasNoCause();
    }

    @Test
    void aPasswordComesFromTheOptionTheAddressOrThePasswordFileOfPostgres() throws Exception {
        askForPasswordsOf("reader", "pa/ss w\u00f6rd@1");
        String address = "localhost:" + postgres.getPort() + "/postgres";
        PostgresUrl bare = PostgresUrl.parse("postgresql://reader@" + address);
        PostgresSource.open(bare, Optional.of("pa/ss w\u00f6rd@1")).close();
        PostgresSource.open(
                        PostgresUrl.parse("postgres://reader:pa%2Fss%20w%C3%B6rd%401@" + address),
                        Optional.empty())
                .close();

        Path passwords = folder.resolve("pgpass");
        Files.writeString(passwords, "localhost:*:postgres:reader:pa/ss w\u00f6rd@1\n");
        System.setProperty("org.postgresql.pgpassfile", passwords.toString());
        try {
            PostgresSource.open(bare, Optional.empty()).close();
        } finally {
            System.clearProperty("org.postgresql.pgpassfile");
        }

        assertThatThrownBy(() -> PostgresSource.open(bare, Optional.of("s3cretword")))
                .isInstanceOf(ImportFailure.class)
                .hasMessageContaining("on localhost:" + postgres.getPort())
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("s3cretword")
                .hasNoCause();
    }

    @Test
    void anAddressThatPutsThePasswordInTheWrongPlaceIsNotUsed() {
        for (String address :
                List.of(
                        "postgresql://me:s3cret word@host/db",
                        "postgresql://me:12/s3cret@host/db",
                        "postgresql://me:s3cret/x@host/db",
                        "postgresql://me:s3cret@x@host/db",
                        "postgresql://me:s3cret%@host/db",
                        "postgresql://me:s3cret#x@host/db",
                        "postgresql://me:s3cret?x@host/db")) {
            assertThatThrownBy(() -> PostgresUrl.parse(address))
                    .isInstanceOfSatisfying(
                            PostgresUrl.Malformed.class,
                            failure -> assertThat(failure.advice()).doesNotContain("s3cret"))
                    .hasMessageNotContaining("s3cret")
                    .hasNoCause();
        }
    }

    @Test
    void anUnknownHostIsSaidSo() {
        assertThatThrownBy(
                        () ->
                                PostgresSource.open(
                                        PostgresUrl.parse("postgresql://me@nowhere.invalid/happy"),
                                        Optional.empty()))
                .isInstanceOf(ImportFailure.class)
                .hasMessageContaining("on nowhere.invalid:5432: there is no such host");
    }

    @Test
    void theAuditLogOfEachAccountTellsOfTheImport() throws IOException {
        try (var relay = new ImportedRelay(copyOfImported())) {
            JsonNode entries =
                    relay.signsIn(DATA.people.get(1).seed()).get("/v1/web/audit").path("entries");
            JsonNode first = entries.get(entries.size() - 1);
            assertThat(first.path("kind").asString()).isEqualTo("import");
            assertThat(first.path("details").path("source").asString())
                    .isEqualTo("PostgreSQL server");
            assertThat(first.path("details").path("newAccount").asString()).isEqualTo("true");
            assertThat(entries).hasSize(2);
        }
        assertThat(TargetDump.of(shared.resolve("imported")).get("audit_entry"))
                .hasSize(HappyData.ACCOUNTS);
    }

    @Test
    void anotherDatabaseIsRefused() {
        PostgresUrl url =
                PostgresUrl.parse(
                        "postgresql://postgres@localhost:" + postgres.getPort() + "/template1");
        assertThatThrownBy(() -> PostgresSource.open(url, Optional.of("postgres")))
                .isInstanceOf(ImportFailure.class)
                .hasMessageContaining("not the database of a happy server");
    }

    private void checkAccount(ImportedRelay.Person me, HappyData.Person person) {
        JsonNode profile = me.get("/v1/account/profile");
        assertThat(profile.path("id").asString()).isEqualTo(person.id());
        for (String name : List.of("firstName", "lastName", "username")) {
            assertThat(textOrNull(profile.path(name))).isEqualTo(person.row().get(name));
        }
        boolean complete =
                person.row().get("avatar") instanceof Map<?, ?> avatar && avatar.size() == 5;
        assertThat(profile.path("avatar").isObject()).isEqualTo(complete);
        JsonNode settings = me.get("/v1/account/settings");
        assertThat(textOrNull(settings.path("settings"))).isEqualTo(person.row().get("settings"));
        assertThat(settings.path("settingsVersion").asInt())
                .isEqualTo(person.row().get("settingsVersion"));
        assertThat(
                        stream(me.get("/v1/push-tokens").path("tokens"))
                                .map(token -> token.path("token").asString()))
                .containsExactlyInAnyOrderElementsOf(texts("AccountPushToken", person, "token"));
    }

    private void checkMachines(ImportedRelay.Person me, HappyData.Person person) {
        Map<String, JsonNode> found = byId(me.get("/v1/machines"));
        List<Map<String, @Nullable Object>> rows = rowsOf("Machine", "accountId", person);
        assertThat(found).hasSameSizeAs(rows);
        for (Map<String, @Nullable Object> row : rows) {
            JsonNode machine = one(found, row.get("id"));
            assertFields(
                    machine,
                    row,
                    "metadata",
                    "metadataVersion",
                    "daemonState",
                    "daemonStateVersion",
                    "dataEncryptionKey",
                    "createdAt",
                    "updatedAt");
            assertThat(machine.path("active").asBoolean()).isFalse();
            assertThat(machine.path("activeAt").asLong())
                    .isEqualTo(millis(row.get("lastActiveAt")));
        }
        assertThat(me.get("/v1/web/machines").toString())
                .contains("\"" + rows.getFirst().get("id"));
    }

    private int checkSessions(ImportedRelay.Person me, HappyData.Person person) {
        Map<String, JsonNode> found = byId(me.get("/v1/sessions").path("sessions"));
        List<HappyData.Session> sessions =
                DATA.sessions.stream().filter(session -> session.owner().equals(person)).toList();
        assertThat(found).hasSameSizeAs(sessions);
        int messages = 0;
        for (HappyData.Session session : sessions) {
            JsonNode now = one(found, session.id());
            assertFields(
                    now,
                    session.row(),
                    "metadata",
                    "metadataVersion",
                    "agentState",
                    "agentStateVersion",
                    "dataEncryptionKey",
                    "seq",
                    "createdAt",
                    "updatedAt");
            assertThat(now.path("active").asBoolean()).isFalse();
            messages += checkMessages(me, session);
        }
        // By its tag a command line finds its session again.
        HappyData.Session any = sessions.get(7);
        JsonNode same =
                me.post(
                        "/v1/sessions",
                        Map.of("tag", String.valueOf(any.row().get("tag")), "metadata", "eA=="));
        assertThat(same.path("session").path("id").asString()).isEqualTo(any.id());
        return messages;
    }

    private static int checkMessages(ImportedRelay.Person me, HappyData.Session session) {
        long after = 0;
        int n = 0;
        boolean more = true;
        while (more) {
            JsonNode page =
                    me.get(
                            "/v3/sessions/"
                                    + session.id()
                                    + "/messages?limit=500&after_seq="
                                    + after);
            for (JsonNode message : page.path("messages")) {
                Map<String, @Nullable Object> row = session.messages().get(n++);
                assertThat(message.path("id").asString()).isEqualTo(row.get("id"));
                assertThat(message.path("seq").asLong()).isEqualTo(n);
                assertThat(textOrNull(message.path("localId"))).isEqualTo(row.get("localId"));
                assertThat(message.path("content"))
                        .isEqualTo(Codec.parse(Codec.print(content(row))));
                assertThat(message.path("createdAt").asLong())
                        .isEqualTo(millis(row.get("createdAt")));
                assertThat(message.path("updatedAt").asLong())
                        .isEqualTo(millis(row.get("updatedAt")));
                after = n;
            }
            more = page.path("hasMore").asBoolean();
        }
        assertThat(n).isEqualTo(session.messages().size());
        return n;
    }

    private void checkContents(ImportedRelay.Person me, HappyData.Person person) {
        List<Map<String, @Nullable Object>> artifacts = rowsOf("Artifact", "accountId", person);
        assertThat(me.get("/v1/artifacts")).hasSize(artifacts.size());
        for (Map<String, @Nullable Object> row : artifacts) {
            assertFields(
                    me.get("/v1/artifacts/" + row.get("id")),
                    row,
                    "header",
                    "headerVersion",
                    "body",
                    "bodyVersion",
                    "dataEncryptionKey",
                    "seq",
                    "createdAt",
                    "updatedAt");
        }
        Map<String, @Nullable Object> key = rowsOf("AccessKey", "accountId", person).getFirst();
        assertFields(
                me.get("/v1/access-keys/" + key.get("sessionId") + "/" + key.get("machineId"))
                        .path("accessKey"),
                key,
                "data",
                "dataVersion",
                "createdAt",
                "updatedAt");
        for (Map<String, @Nullable Object> pair : rowsOf("UserKVStore", "accountId", person)) {
            String name = String.valueOf(pair.get("key"));
            if (pair.get("value") != null) {
                assertFields(
                        me.get(
                                "/v1/kv/"
                                        + URLEncoder.encode(name, StandardCharsets.UTF_8)
                                                .replace("+", "%20")),
                        pair,
                        "value",
                        "version");
            } else {
                ImportedRelay.Answer refused =
                        me.asks(
                                "POST",
                                "/v1/kv",
                                Map.of(
                                        "mutations",
                                        List.of(
                                                Map.of(
                                                        "key", name, "value", "eA==", "version",
                                                        -1))));
                assertThat(refused.status()).isEqualTo(409);
                assertThat(refused.body().path("errors").get(0).path("version").asInt())
                        .isEqualTo(pair.get("version"));
            }
        }
        JsonNode usage = me.post("/v1/usage/query", Map.of("groupBy", "day"));
        assertThat(usage.path("usage")).hasSize(1);
        JsonNode day = usage.path("usage").get(0);
        assertThat(day.path("timestamp").asLong())
                .isEqualTo(Instant.parse("2026-02-03T00:00:00Z").getEpochSecond());
        assertThat(day.path("tokens").path("total").asLong()).isEqualTo(200);
        assertThat(day.path("cost").path("total").asDouble()).isEqualTo(0.5);
    }

    private static void checkSocial(ImportedRelay relay) {
        ImportedRelay.Person me = relay.signsIn(DATA.people.getFirst().seed());
        Map<String, String> friends =
                stream(me.get("/v1/friends").path("friends"))
                        .collect(
                                Collectors.toMap(
                                        friend -> friend.path("id").asString(),
                                        friend -> friend.path("status").asString()));
        assertThat(friends)
                .isEqualTo(
                        Map.of(
                                DATA.people.get(1).id(), "friend",
                                DATA.people.get(2).id(), "requested"));
        JsonNode feed = me.get("/v1/feed").path("items");
        assertThat(feed).hasSize(5);
        List<Map<String, @Nullable Object>> rows = DATA.rows("UserFeedItem");
        for (int i = 0; i < 5; i++) {
            JsonNode item = feed.get(i);
            Map<String, @Nullable Object> row = rows.get(4 - i);
            assertThat(item.path("id").asString()).isEqualTo(row.get("id"));
            assertThat(item.path("cursor").asString()).isEqualTo("0-" + row.get("counter"));
            assertThat(textOrNull(item.path("repeatKey"))).isEqualTo(row.get("repeatKey"));
            assertThat(item.path("body")).isEqualTo(Codec.parse(Codec.print(body(row))));
        }
    }

    private static void assertFields(
            JsonNode found, Map<String, @Nullable Object> row, String... names) {
        for (String name : names) {
            JsonNode value = found.path(name);
            Object expected =
                    switch (row.get(name)) {
                        case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
                        case Instant time -> time.toEpochMilli();
                        case Integer number -> number.longValue();
                        case null -> null;
                        default -> row.get(name);
                    };
            Object actual = value.isNumber() ? (Object) value.asLong() : textOrNull(value);
            assertThat(actual).as(name).isEqualTo(expected);
        }
    }

    private static Object content(Map<String, @Nullable Object> row) {
        return Optional.ofNullable(row.get("content")).orElseThrow();
    }

    private static Object body(Map<String, @Nullable Object> row) {
        return Optional.ofNullable(row.get("body")).orElseThrow();
    }

    private static long millis(@Nullable Object time) {
        return time instanceof Instant instant ? instant.toEpochMilli() : -1;
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isNull() || node.isMissingNode() ? null : node.asString();
    }

    private static List<Map<String, @Nullable Object>> rowsOf(
            String table, String column, HappyData.Person person) {
        return DATA.rows(table).stream()
                .filter(row -> person.id().equals(row.get(column)))
                .filter(row -> !"eA==".equals(row.get("data")))
                .toList();
    }

    private static List<String> texts(String table, HappyData.Person person, String column) {
        return rowsOf(table, "accountId", person).stream()
                .map(row -> String.valueOf(row.get(column)))
                .toList();
    }

    private static Map<String, JsonNode> byId(JsonNode list) {
        var all = new HashMap<String, JsonNode>();
        list.forEach(item -> all.put(item.path("id").asString(), item));
        return all;
    }

    private static JsonNode one(Map<String, JsonNode> all, @Nullable Object id) {
        return Optional.ofNullable(all.get(String.valueOf(id))).orElseThrow();
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static String counts(ImportReport.Line line) {
        return String.join(
                " ",
                line.kind(),
                String.valueOf(line.read()),
                String.valueOf(line.imported()),
                String.valueOf(line.completed()),
                String.valueOf(line.present()),
                String.valueOf(line.conflicts()),
                String.valueOf(line.skipped()),
                String.valueOf(line.problems()));
    }

    private static RelayConfig config(Path data) {
        return RelayConfig.defaults().withDataDirectory(data);
    }

    private static Connection connection() throws SQLException {
        return postgres.getPostgresDatabase().getConnection();
    }

    /// Makes a user who is asked for a password; everybody else is let in without one.
    private static void askForPasswordsOf(String user, String password) throws Exception {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE USER " + user + " PASSWORD '" + password + "'");
            statement.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + user);
            Path rules;
            try (ResultSet shown = statement.executeQuery("SHOW hba_file")) {
                shown.next();
                rules = Path.of(shown.getString(1));
            }
            Files.writeString(
                    rules, "host all " + user + " all scram-sha-256\n" + Files.readString(rules));
            statement.execute("SELECT pg_reload_conf()");
        }
        // The server reads its rules a moment later.
        await().until(() -> !isLetIn(user));
    }

    private static boolean isLetIn(String user) {
        try (Connection _ =
                DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                        user,
                        "none")) {
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static HappySource source() {
        return PostgresSource.open(
                PostgresUrl.parse(
                        "postgresql://postgres@localhost:" + postgres.getPort() + "/postgres"),
                Optional.of("postgres"));
    }

    private static ImportReport imports(Path data) {
        try (HappySource source = source();
                var relay = StoppedRelay.open(config(data))) {
            return HappyImport.run(source, relay.store(), false, _ -> {});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ImportReport importsDump(Path dump) throws IOException {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        try (HappySource source = DumpSource.open(dump, temporary);
                var relay = StoppedRelay.open(config(folder.resolve("data")))) {
            return HappyImport.run(source, relay.store(), false, _ -> {});
        }
    }

    private ImportReport rehearses(Path data) throws IOException {
        Path copy = Files.createTempDirectory(folder, "copy");
        try (HappySource source = source();
                var relay = StoppedRelay.copy(config(data), copy)) {
            return HappyImport.run(source, relay.store(), true, _ -> {});
        }
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("temporary"))) {
            return files.toList();
        }
    }

    private Path copyOfImported() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.copy(shared.resolve("imported/relay.db"), data.resolve("relay.db"));
        Files.createFile(data.resolve("relay.lock"));
        return data;
    }

    private static Map<Path, Integer> hashes(Path data) throws IOException {
        var hashes = new HashMap<Path, Integer>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList()) {
                hashes.put(
                        file,
                        Files.isDirectory(file)
                                ? 0
                                : java.util.Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return hashes;
    }

    /// The connection is lost in the middle of the messages.
    private record BreakingOff(HappySource source) implements HappySource {
        @Override
        public String describe() {
            return source.describe();
        }

        @Override
        public boolean has(HappyTable table) {
            return source.has(table);
        }

        @Override
        public void read(HappyTable table, Visitor visitor) {
            var seen = new ArrayList<Integer>(1);
            seen.add(0);
            source.read(
                    table,
                    values -> {
                        int n = seen.getFirst() + 1;
                        seen.set(0, n);
                        if (table == HappyTable.MESSAGE && n == 5_111) {
                            throw new ImportFailure("the connection is lost", "");
                        }
                        visitor.visit(values);
                    });
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
