package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
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
