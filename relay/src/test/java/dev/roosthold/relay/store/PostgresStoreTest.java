package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Two relays' stores on one database of a real server.
@Timeout(120)
class PostgresStoreTest {
    private static final Migration FIRST =
            new Migration(1, "first", "CREATE TABLE a (id BIGINT PRIMARY KEY);");
    private static final Migration ADDED =
            new Migration(
                    2, "added", "-- older programs: go on\nALTER TABLE a ADD COLUMN text TEXT;");
    private static final Migration LAST =
            new Migration(3, "last", "-- older programs: stop\nALTER TABLE a DROP COLUMN text;");

    private static EmbeddedPostgres server;
    private static int databases;

    private PostgresUrl url;
    private PostgresStore one;
    private PostgresStore two;

    @BeforeAll
    static void startServer() throws Exception {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() throws Exception {
        String name = "stores" + ++databases;
        run("CREATE DATABASE " + name);
        url = PostgresUrl.parse("postgresql://postgres@127.0.0.1:" + server.getPort() + "/" + name);
        one = PostgresStore.openBeside(config(), url);
        two = PostgresStore.openBeside(config(), url);
        one.writeNow(tx -> tx.execute("CREATE TABLE counter (id TEXT PRIMARY KEY, value BIGINT)"));
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private static StoreConfig config() {
        return StoreConfig.of(Path.of("unused"));
    }

    private static void run(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Store.WriteOperation<Integer> insert(String id) {
        return tx -> tx.execute("INSERT INTO counter (id, value) VALUES (?, 0)", id);
    }

    /// Reads, then writes what it read plus one: wrong as soon as somebody else writes in between.
    private static Store.WriteOperation<Long> increment(String id) {
        return tx -> {
            long next =
                    tx.first("SELECT value FROM counter WHERE id = ?", row -> row.getLong(1), id)
                                    .orElseThrow()
                            + 1;
            tx.execute("UPDATE counter SET value = ? WHERE id = ?", next, id);
            return next;
        };
    }

    private static long value(Store store, String id) {
        return store.<Long>readNow(
                sql ->
                        sql.first(
                                        "SELECT value FROM counter WHERE id = ?1",
                                        row -> row.getLong(1),
                                        id)
                                .orElseThrow());
    }

    @Test
    void schemaIsMadeOnceAndFoundByTheOther() {
        for (Store store : List.of(one, two)) {
            assertThat(
                            store.<Integer>readNow(
                                    sql ->
                                            sql.first(
                                                            "SELECT count(*) FROM schema_migration",
                                                            row -> row.getInt(1))
                                                    .orElseThrow()))
                    .isEqualTo(Migration.ofProgram().size());
        }
    }

    @Test
    void severalRelaysThatStartAtOnceMakeOneSchema() throws Exception {
        String name = "atonce";
        run("CREATE DATABASE " + name);
        PostgresUrl fresh =
                PostgresUrl.parse(
                        "postgresql://postgres@127.0.0.1:" + server.getPort() + "/" + name);
        List<CompletableFuture<PostgresStore>> opening =
                IntStream.range(0, 4)
                        .mapToObj(
                                _ ->
                                        CompletableFuture.supplyAsync(
                                                () -> PostgresStore.openBeside(config(), fresh)))
                        .toList();
        for (CompletableFuture<PostgresStore> store : opening) {
            store.get().close();
        }
    }

    private static PostgresUrl freshDatabase(String name) throws SQLException {
        run("CREATE DATABASE " + name);
        return PostgresUrl.parse(
                "postgresql://postgres@127.0.0.1:" + server.getPort() + "/" + name);
    }

    /// Migrates as a node does.
    private static void migrate(PostgresUrl database, Migration... migrations) throws SQLException {
        try (SqlConnection connection =
                new PostgresConnections(database, PostgresConnections.Use.AMONG_NODES).writer(0)) {
            new Migrator(List.of(migrations), InstantSource.system()).migrate(connection);
        }
    }

    @Test
    void anOlderProgramGoesOnAfterStepsThatLetIt() throws Exception {
        PostgresUrl database = freshDatabase("older");
        migrate(database, FIRST);
        run(database, "ALTER TABLE schema_migration DROP COLUMN older_go_on");
        migrate(database, FIRST, ADDED);
        migrate(database, FIRST);
        migrate(database, FIRST, ADDED, LAST);
        for (List<Migration> older : List.of(List.of(FIRST), List.of(FIRST, ADDED))) {
            assertThatThrownBy(() -> migrate(database, older.toArray(Migration[]::new)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("newer program")
                    .hasMessageContaining("3 last");
        }
    }

    @Test
    void aStepWaitsForWhoReadsWhatItChangesAndHoldsNobodyUpMeanwhile() throws Exception {
        PostgresUrl database = freshDatabase("busy");
        migrate(database, FIRST);
        try (Connection reader = connection(database);
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.executeQuery("SELECT * FROM a").close();
            var migrated = CompletableFuture.runAsync(() -> migrates(database, FIRST, ADDED));
            for (int i = 0; i < 3; i++) {
                await().until(() -> waits(database));
                // As whoever comes after it: once for each time that it has asked.
                run(database, "INSERT INTO a (id) VALUES (" + i + ")");
            }
            assertThat(migrated).isNotDone();
            reader.commit();
            migrated.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aNodeWaitsUntilAnotherProgramHasMadeTheSchema() throws Exception {
        PostgresUrl database = freshDatabase("atwork");
        try (Connection other = connection(database);
                Statement statement = other.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(7304611822541)");
            var migrated = CompletableFuture.runAsync(() -> migrates(database, FIRST, ADDED));
            // Longer than the writer of a node waits for anything.
            await().during(Duration.ofMillis(300)).until(() -> !migrated.isDone());
            statement.execute("SELECT pg_advisory_unlock(7304611822541)");
            migrated.get(20, TimeUnit.SECONDS);
        }
    }

    private static void migrates(PostgresUrl database, Migration... migrations) {
        try {
            migrate(database, migrations);
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    private static Connection connection(PostgresUrl database) throws SQLException {
        return DriverManager.getConnection(database.jdbc(), "postgres", "");
    }

    private static void run(PostgresUrl database, String sql) throws SQLException {
        try (Connection connection = connection(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Whether somebody waits for a table.
    private static boolean waits(PostgresUrl database) throws SQLException {
        try (Connection connection = connection(database);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT 1 FROM pg_locks WHERE NOT granted AND relation IS NOT NULL"
                                        + " AND database = (SELECT oid FROM pg_database"
                                        + " WHERE datname = current_database())")) {
            return rows.next();
        }
    }

    @Test
    void writesOfTwoRelaysToOneRowLoseNothing() {
        one.writeNow(insert("a"));
        int each = 300;
        List<Long> values = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (Store store : List.of(one, two)) {
                writes.add(store.write(increment("a")).thenAccept(values::add));
            }
        }
        writes.forEach(CompletableFuture::join);
        assertThat(values)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 2 * each).mapToObj(Long::valueOf).toList());
    }

    @Test
    void aFailingOperationOfAGroupFailsAlone() {
        one.writeNow(insert("taken"));
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            writes.add(one.write(insert(i == 10 ? "taken" : "new" + i)));
        }
        for (int i = 0; i < 20; i++) {
            if (i == 10) {
                assertThatThrownBy(writes.get(i)::join)
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(SQLException.class);
            } else {
                assertThat(writes.get(i).join()).isEqualTo(1);
            }
        }
    }

    @Test
    void textsComeBackAsTheyWere() {
        for (String text :
                List.of("", "a\0b", "\0", "\uF8FF", "\uF8FF0", "\0\uF8FF1\0", "\uD83D\uDE80 é")) {
            one.writeNow(insert(text));
            assertThat(
                            two.<List<String>>readNow(
                                    sql ->
                                            sql.list(
                                                    "SELECT id FROM counter WHERE id = ?",
                                                    row -> row.getString(1),
                                                    text)))
                    .containsExactly(text);
        }
    }

    @Test
    void actionsRunInTheOrderOfTheCommits() {
        one.writeNow(insert("a"));
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add(two.write(increment("a")));
            writes.add(
                    one.write(
                            tx -> {
                                long value = increment("a").run(tx);
                                tx.afterCommit(() -> seen.add(value));
                                return value;
                            }));
        }
        writes.forEach(CompletableFuture::join);
        assertThat(seen).hasSize(200).isSorted().doesNotHaveDuplicates();
    }

    /// As after a restart of the server: whoever writes next does not notice.
    @Test
    void connectionsThatTheServerEndsAreReplacedBeforeAWriteIsLost() throws Exception {
        one.writeNow(insert("a"));
        try (PostgresStore relay = PostgresStore.open(config(), url)) {
            run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE application_name LIKE 'roost %'""");
            for (int i = 0; i < 20; i++) {
                relay.writeNow(new Lane("lane " + i), increment("a"));
                relay.writeNow(increment("a"));
            }
            assertThat(relay.failure()).isEmpty();
        }
        assertThat(one.<Long>writeNow(increment("a"))).isEqualTo(41);
    }

    @Test
    void writesOfDifferentLanesRunAtTheSameTime() throws Exception {
        try (PostgresStore relay = PostgresStore.open(config(), url)) {
            var meeting = new CyclicBarrier(4);
            List<CompletableFuture<Integer>> writes =
                    IntStream.range(0, 4)
                            .mapToObj(
                                    i ->
                                            relay.write(
                                                    new Lane("lane " + i),
                                                    tx -> {
                                                        meets(meeting);
                                                        return insert("row" + i).run(tx);
                                                    }))
                            .toList();
            for (CompletableFuture<Integer> write : writes) {
                assertThat(write.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            }
        }
    }

    private static void meets(CyclicBarrier others) {
        try {
            others.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("nobody else wrote", e);
        }
    }

    /// Those of a program beside the relay have no lane, and change what the lanes change.
    @Test
    void aWriteWithoutALaneIsAloneInTheDatabase() {
        List<String> rows = IntStream.range(0, 8).mapToObj(i -> "lane " + i).toList();
        rows.forEach(row -> one.writeNow(insert(row)));
        int rounds = 60;
        try (PostgresStore relay = PostgresStore.open(config(), url);
                PostgresStore beside = PostgresStore.openBeside(config(), url)) {
            List<CompletableFuture<Long>> writes = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                for (String row : rows) {
                    writes.add(relay.write(new Lane(row), increment(row)));
                }
                writes.add(
                        beside.write(
                                tx -> {
                                    long sum = 0;
                                    for (String row : rows) {
                                        sum += increment(row).run(tx);
                                    }
                                    return sum;
                                }));
            }
            writes.forEach(CompletableFuture::join);
        }
        for (String row : rows) {
            assertThat(value(one, row)).isEqualTo(2L * rounds);
        }
    }

    /// Longer than a write waits before it lets others go first.
    @Test
    void aWriteWaitsForOneThatHoldsItsLaneAndHoldsUpNoOther() throws Exception {
        one.writeNow(insert("held"));
        one.writeNow(insert("free"));
        try (PostgresStore here = PostgresStore.openAmongNodes(config(), url);
                PostgresStore there = PostgresStore.openAmongNodes(config(), url)) {
            var release = new CountDownLatch(1);
            var holding = new CountDownLatch(1);
            CompletableFuture<Long> holds =
                    here.write(
                            new Lane("held"),
                            tx -> {
                                holding.countDown();
                                while (release.getCount() > 0) {
                                    tx.first("SELECT pg_sleep(0.02)", _ -> true);
                                }
                                return increment("held").run(tx);
                            });
            assertThat(holding.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Long> waits = there.write(new Lane("held"), increment("held"));
            for (int i = 0; i < 20; i++) {
                there.write(new Lane("free"), increment("free")).get(20, TimeUnit.SECONDS);
            }
            await().during(Duration.ofMillis(300)).until(() -> !waits.isDone());
            release.countDown();
            assertThat(holds.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(waits.get(20, TimeUnit.SECONDS)).isEqualTo(2);
        }
    }

    /// As a process that is stopped, or a computer that is cut off, in the midst of a write.
    @Test
    void aRelayThatStopsInAWriteHoldsUpTheOthersForAMoment() throws Exception {
        one.writeNow(insert("a"));
        try (PostgresStore stops = PostgresStore.openAmongNodes(config(), url);
                PostgresStore other = PostgresStore.openAmongNodes(config(), url)) {
            var stopped = new CountDownLatch(1);
            var goesOn = new CountDownLatch(1);
            CompletableFuture<Long> write =
                    stops.write(
                            new Lane("a"),
                            tx -> {
                                long next = increment("a").run(tx);
                                stopped.countDown();
                                meets(goesOn);
                                return next;
                            });
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(other.write(increment("a")).get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(other.write(new Lane("a"), increment("a")).get(10, TimeUnit.SECONDS))
                    .isEqualTo(2);
            assertThat(write).isNotDone();
            goesOn.countDown();
            assertThat(write.get(20, TimeUnit.SECONDS)).isEqualTo(3);
        }
    }

    private static void meets(CountDownLatch release) {
        try {
            if (!release.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody let it go on");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The order in which the writes of an account, and those of no account, are told.
    @Test
    void whatALaneTellsIsInOrderWithWhatHasNone() {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        var expected = new ArrayList<String>();
        try (PostgresStore relay = PostgresStore.open(config(), url)) {
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                String row = "row" + i;
                Store.WriteOperation<Integer> write =
                        tx -> {
                            tx.afterCommit(() -> told.add(row));
                            return insert(row).run(tx);
                        };
                if (i % 10 == 9) {
                    writes.add(relay.write(write));
                } else if (i % 2 == 0) {
                    writes.add(relay.write(new Lane("told"), write));
                } else {
                    writes.add(relay.write(new Lane("lane " + i), insert("other" + i)));
                    continue;
                }
                expected.add(row);
            }
            writes.forEach(CompletableFuture::join);
        }
        assertThat(told).isEqualTo(expected);
    }

    @Test
    void twoNodesThatWriteToTheSameLanesLoseNothing() {
        int lanes = 4;
        for (int lane = 0; lane < lanes; lane++) {
            one.writeNow(insert("lane " + lane));
        }
        int each = 150;
        try (PostgresStore here = PostgresStore.openAmongNodes(config(), url);
                PostgresStore there = PostgresStore.openAmongNodes(config(), url)) {
            List<CompletableFuture<Long>> writes = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                for (int lane = 0; lane < lanes; lane++) {
                    String name = "lane " + lane;
                    for (Store node : List.of(here, there)) {
                        writes.add(
                                i % 25 == 0
                                        ? node.write(increment(name))
                                        : node.write(new Lane(name), increment(name)));
                    }
                }
            }
            writes.forEach(CompletableFuture::join);
        }
        for (int lane = 0; lane < lanes; lane++) {
            assertThat(value(one, "lane " + lane)).isEqualTo(2L * each);
        }
    }

    @Test
    void secondRelayIsRefusedUntilTheFirstHasEnded() {
        PostgresStore relay = PostgresStore.open(config(), url);
        assertThatThrownBy(() -> PostgresStore.open(config(), url))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("in use");
        relay.close();
        PostgresStore.open(config(), url).close();
    }

    @Test
    void serverThatIsNotThereIsNamedWithoutThePassword() {
        assertThatThrownBy(
                        () ->
                                PostgresStore.open(
                                        config(),
                                        PostgresUrl.parse(
                                                "postgresql://ada:s3cret@127.0.0.1:1/relay")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("cannot be reached")
                .hasMessageNotContaining("s3cret");
    }
}
