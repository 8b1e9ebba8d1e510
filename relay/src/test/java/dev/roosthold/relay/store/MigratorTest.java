package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MigratorTest {
    private static final Migration FIRST =
            new Migration(1, "first", "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;");
    private static final Migration SECOND =
            new Migration(
                    2,
                    "second",
                    "ALTER TABLE a ADD COLUMN text TEXT;\nINSERT INTO a (text) VALUES ('semi;colon')");
    private static final Migration ADDED =
            new Migration(
                    2,
                    "added",
                    "-- older programs: go on\nCREATE TABLE c (id INTEGER PRIMARY KEY) STRICT;");
    private static final Migration BROKEN =
            new Migration(
                    3,
                    "broken",
                    "CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE a (x)");

    @TempDir Path directory;

    private SqliteStore open(Migration... migrations) {
        return SqliteStore.open(
                StoreConfig.of(directory.resolve("relay.db")).withMigrations(List.of(migrations)));
    }

    private static List<String> tables(SqliteStore store) {
        return store.readNow(
                sql ->
                        sql.list(
                                "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name",
                                row -> row.getString(1)));
    }

    @Test
    void stepsRunOnceAndInOrder() {
        open(FIRST).close();
        for (int i = 0; i < 2; i++) {
            try (var store = open(FIRST, SECOND)) {
                assertThat(
                                store.<List<String>>readNow(
                                        sql ->
                                                sql.list(
                                                        "SELECT text FROM a",
                                                        row -> row.getString(1))))
                        .containsExactly("semi;colon");
            }
        }
    }

    @Test
    void aFailingStepLeavesTheDatabaseAsItWas() {
        open(FIRST).close();
        assertThatThrownBy(() -> open(FIRST, SECOND, BROKEN)).isInstanceOf(StoreException.class);
        try (var store = open(FIRST)) {
            assertThat(tables(store)).noneMatch(table -> table.startsWith("b"));
        }
    }

    @Test
    void aChangedStepStopsTheStart() {
        open(FIRST, SECOND).close();
        var changed = new Migration(1, "first", FIRST.sql() + " -- changed");
        assertThatThrownBy(() -> open(changed, SECOND))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("schema step 1 first")
                .hasMessageContaining("nothing was changed");
        assertThatThrownBy(() -> open(changed, SECOND, BROKEN))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("schema step 1 first");
        open(FIRST, SECOND).close();
    }

    @Test
    void aDatabaseOfANewerProgramStopsTheStart() {
        open(FIRST, SECOND).close();
        assertThatThrownBy(() -> open(FIRST))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("newer program")
                .hasMessageContaining("2 second");
    }

    @Test
    void anOlderProgramGoesOnAfterAStepThatLetsIt() {
        open(FIRST, ADDED).close();
        try (var older = open(FIRST)) {
            older.writeNow(tx -> tx.execute("INSERT INTO a (id) VALUES (7)"));
            assertThat(older.writeFailure(Duration.ofSeconds(10))).isEmpty();
            assertThat(tables(older)).anyMatch(table -> table.startsWith("c"));
        }
        try (var newer = open(FIRST, ADDED)) {
            assertThat(
                            newer.<List<Long>>readNow(
                                    sql -> sql.list("SELECT id FROM a", row -> row.getLong(1))))
                    .containsExactly(7L);
        }
    }

    @Test
    void oneStepThatDoesNotLetAnOlderProgramGoOnStopsIt() {
        var third = new Migration(3, "third", "-- older programs: stop\nDROP TABLE a;");
        open(FIRST, ADDED, third).close();
        open(FIRST, ADDED, third).close();
        for (var older : List.of(List.of(FIRST), List.of(FIRST, ADDED))) {
            assertThatThrownBy(() -> open(older.toArray(Migration[]::new)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("newer program")
                    .hasMessageContaining("3 third");
        }
    }

    @Test
    void alsoOneBeforeAStepThatWouldLetItGoOn() {
        var third = new Migration(3, "third", "-- older programs: go on\nCREATE TABLE d (x TEXT);");
        open(FIRST, SECOND, third).close();
        assertThatThrownBy(() -> open(FIRST)).hasMessageContaining("3 third");
        open(FIRST, SECOND).close();
    }

    @Test
    void anOlderProgramDoesNotGoOnWithADatabaseOfAnotherBuild() {
        open(FIRST, ADDED).close();
        var changed = new Migration(1, "first", FIRST.sql() + " -- changed");
        assertThatThrownBy(() -> open(changed)).hasMessageContaining("schema step 1 first");
    }

    @Test
    void aDatabaseThatDoesNotSayWhatOlderProgramsCanDoIsReadAndSaysItFromThenOn() {
        try (var store = open(FIRST)) {
            store.writeNow(
                    tx -> tx.execute("ALTER TABLE schema_migration DROP COLUMN older_go_on"));
        }
        try (var file = DatabaseFile.open(directory.resolve("relay.db"))) {
            assertThat(file.schema(List.of(FIRST))).isEqualTo(1);
            assertThatThrownBy(() -> file.schema(List.of())).hasMessageContaining("newer program");
        }
        open(FIRST, ADDED).close();
        open(FIRST).close();
        try (var file = DatabaseFile.open(directory.resolve("relay.db"))) {
            assertThat(file.schema(List.of(FIRST))).isEqualTo(2);
        }
    }

    @Test
    void aNewStepHasToSayWhatOlderProgramsCanDo() {
        String sql = "CREATE TABLE a (id TEXT) STRICT;";
        assertThatThrownBy(() -> Migration.of(20, "new", sql))
                .hasMessageContaining("step 20")
                .hasMessageContaining("-- older programs: go on");
        assertThatThrownBy(() -> Migration.of(20, "new", "-- older programs: perhaps\n" + sql))
                .hasMessageContaining("step 20");
        assertThat(Migration.of(20, "new", "-- older programs: go on\n" + sql).olderGoOn())
                .isTrue();
        assertThat(Migration.of(20, "new", "-- older programs: stop\n" + sql).olderGoOn())
                .isFalse();
        assertThat(Migration.of(19, "old", sql).olderGoOn()).isFalse();
    }

    @Test
    void aStepSaysTheSameForBothDatabases() {
        assertThat(Migration.ofProgram(Dialect.POSTGRESQL).stream().map(Migration::olderGoOn))
                .containsExactlyElementsOf(
                        Migration.ofProgram().stream().map(Migration::olderGoOn).toList());
    }

    @Test
    void stepsAreNumberedWithoutHoles() {
        assertThatThrownBy(() -> open(SECOND)).hasMessageContaining("should be number 1");
    }

    @Test
    void everyStepOfTheProgramIsListedAndRuns() throws Exception {
        var resource = Migration.class.getResource("/db/index");
        assertThat(resource).isNotNull();
        try (var files = Files.list(Path.of(resource.toURI()).resolveSibling("."))) {
            assertThat(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".sql"))
                                    .sorted())
                    .containsExactlyElementsOf(
                            Migration.ofProgram().stream()
                                    .map(m -> "%03d-%s.sql".formatted(m.number(), m.name()))
                                    .toList());
        }
        SqliteStore.open(StoreConfig.of(directory.resolve("relay.db"))).close();
    }

    @Test
    void aDatabaseMigratedStepByStepHasTheSchemaOfANewOne() {
        List<Migration> all = Migration.ofProgram();
        var stepwise = StoreConfig.of(directory.resolve("old.db"));
        IntStream.rangeClosed(1, all.size())
                .forEach(n -> SqliteStore.open(stepwise.withMigrations(all.subList(0, n))).close());
        try (var old = SqliteStore.open(stepwise);
                var fresh = SqliteStore.open(StoreConfig.of(directory.resolve("new.db")))) {
            assertThat(tables(old)).isEqualTo(tables(fresh)).isNotEmpty();
        }
    }

    @Test
    void tablesAreStrict() {
        try (var store = SqliteStore.open(StoreConfig.of(directory.resolve("relay.db")))) {
            List<String> loose =
                    store.readNow(
                            sql ->
                                    sql.list(
                                            "SELECT name FROM pragma_table_list WHERE schema = 'main'"
                                                    + " AND type = 'table' AND strict = 0"
                                                    + " AND name NOT LIKE 'sqlite_%'",
                                            row -> row.getString(1)));
            assertThat(loose).isEmpty();
        }
    }
}
