package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SqliteStoreTest {
    static final List<Migration> NOTES =
            List.of(
                    new Migration(
                            1,
                            "notes",
                            """
                            CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
                            CREATE TABLE link (
                              id INTEGER PRIMARY KEY,
                              note INTEGER NOT NULL
                                REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED
                            ) STRICT;"""));

    @TempDir Path directory;
    private SqliteStore store;

    @BeforeEach
    void open() {
        store = SqliteStore.open(config());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private StoreConfig config() {
        return StoreConfig.of(directory.resolve("data").resolve("relay.db"))
                .withMigrations(NOTES)
                .withClock(() -> Instant.ofEpochMilli(1_700_000_000_123L));
    }

    private static Store.WriteOperation<Integer> insert(int id) {
        return tx -> tx.execute("INSERT INTO note (id, text) VALUES (?, ?)", id, "note " + id);
    }

    private List<Integer> ids() {
        return store.readNow(
                sql -> sql.list("SELECT id FROM note ORDER BY rowid", row -> row.getInt(1)));
    }

    /// Holds the writer until the latch opens, so that what is submitted meanwhile becomes one
    /// group.
    private CountDownLatch holdWriter() throws InterruptedException {
        var release = new CountDownLatch(1);
        var held = new CountDownLatch(1);
        var _ =
                store.write(
                        tx -> {
                            held.countDown();
                            await(release);
                            return true;
                        });
        held.await();
        return release;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsAcknowledgedIsFoundAfterReopening() {
        store.writeNow(insert(1));
        store.close();
        store = SqliteStore.open(config());
        assertThat(ids()).containsExactly(1);
    }

    @Test
    void rowsAreShownOneByOneUntilEnoughWereSeen() {
        for (int id = 1; id <= 5; id++) {
            store.writeNow(insert(id));
        }
        assertThat(seen(5)).containsExactly(1, 2, 3, 4, 5);
        assertThat(seen(3)).containsExactly(1, 2, 3);
        // The statement is whole again.
        assertThat(seen(9)).containsExactly(1, 2, 3, 4, 5);
    }

    private List<Integer> seen(int enough) {
        return store.readNow(
                sql -> {
                    var seen = new ArrayList<Integer>();
                    sql.each(
                            "SELECT id FROM note WHERE id > ? ORDER BY id",
                            row -> {
                                seen.add(row.getInt(1));
                                return seen.size() < enough;
                            },
                            0);
                    return seen;
                });
    }

    @Test
    void aFailingOperationOfAGroupFailsAlone() throws Exception {
        CountDownLatch release = holdWriter();
        var first = store.write(insert(1));
        var failing =
                store.write(
                        tx -> {
                            tx.execute("INSERT INTO note (id, text) VALUES (2, 'gone')");
                            throw new IllegalArgumentException("refused");
                        });
        var violating = store.write(insert(1));
        var last = store.write(insert(3));
        release.countDown();

        assertThat(first.get()).isEqualTo(1);
        assertThat(last.get()).isEqualTo(1);
        assertThatThrownBy(failing::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("refused");
        assertThatThrownBy(violating::join).cause().isInstanceOf(SQLException.class);
        assertThat(ids()).containsExactly(1, 3);
    }

    @Test
    void aFailingOperationThatIsAloneLeavesNothing() {
        assertThatThrownBy(
                        () ->
                                store.writeNow(
                                        tx -> {
                                            tx.execute("INSERT INTO note VALUES (1, 'gone')");
                                            throw new IllegalStateException("refused");
                                        }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ids()).isEmpty();
        assertThat(store.writeNow(insert(2))).isEqualTo(1);
    }

    @Test
    void aFailedCommitFailsItsWholeGroupAndNothingElse() throws Exception {
        store.writeNow(insert(1));
        var ran = Collections.synchronizedList(new ArrayList<String>());
        CountDownLatch release = holdWriter();
        var innocent =
                store.write(
                        tx -> {
                            tx.afterCommit(() -> ran.add("innocent"));
                            return tx.execute("INSERT INTO note VALUES (2, 'b')");
                        });
        // A deferred constraint is judged at the commit, which makes the commit itself fail.
        var culprit = store.write(tx -> tx.execute("INSERT INTO link VALUES (1, 999)"));
        release.countDown();

        assertThatThrownBy(innocent::join).cause().isInstanceOf(StoreException.class);
        assertThatThrownBy(culprit::join).cause().isInstanceOf(StoreException.class);
        assertThat(ids()).containsExactly(1);
        assertThat(store.writeNow(insert(3))).isEqualTo(1);
        assertThat(ids()).containsExactly(1, 3);
        assertThat(ran).isEmpty();
    }

    @Test
    void actionsRunInCommitOrderBeforeTheirFutureAndNeverForUndoneWrites() throws Exception {
        var ran = Collections.synchronizedList(new ArrayList<Integer>());
        CountDownLatch release = holdWriter();
        var futures = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            var future =
                    store.write(
                            tx -> {
                                tx.afterCommit(() -> ran.add(number));
                                if (number % 7 == 3) {
                                    throw new IllegalStateException("undone");
                                }
                                return number;
                            });
            futures.add(future.handle((_, failure) -> failure != null || ran.contains(number)));
        }
        release.countDown();
        for (var future : futures) {
            assertThat(future.get()).isTrue();
        }
        assertThat(ran)
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).filter(i -> i % 7 != 3).boxed().toList());
    }

    @Test
    void aFailingActionHarmsNeitherItsWriteNorTheOthers() {
        var ran = Collections.synchronizedList(new ArrayList<String>());
        int changed =
                store.writeNow(
                        tx -> {
                            tx.afterCommit(
                                    () -> {
                                        throw new IllegalStateException("broken action");
                                    });
                            tx.afterCommit(() -> ran.add("second"));
                            return tx.execute("INSERT INTO note VALUES (1, 'a')");
                        });
        assertThat(changed).isEqualTo(1);
        assertThat(ran).containsExactly("second");
    }

    @Test
    void writesOfOneThreadRunInItsOrderAmongManyWriters() throws Exception {
        var threads = new ArrayList<Thread>();
        for (int writer = 0; writer < 4; writer++) {
            int base = writer * 1000;
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () ->
                                            IntStream.range(0, 200)
                                                    .mapToObj(
                                                            i -> store.write(appendNote(base + i)))
                                                    .toList()
                                                    .forEach(CompletableFuture::join)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<Integer> written =
                store.readNow(
                        sql ->
                                sql.list(
                                        "SELECT CAST(text AS INTEGER) FROM note ORDER BY id",
                                        row -> row.getInt(1)));
        assertThat(written).hasSize(800);
        for (int writer = 0; writer < 4; writer++) {
            int base = writer * 1000;
            assertThat(written.stream().filter(n -> n >= base && n < base + 1000).toList())
                    .isSorted()
                    .hasSize(200);
        }
    }

    private static Store.WriteOperation<Integer> appendNote(int number) {
        return tx -> tx.execute("INSERT INTO note (text) VALUES (?)", Integer.toString(number));
    }

    @Test
    void aReadSeesWhatWasAcknowledgedBeforeItBeganAndNothingNewerWhileItRuns() throws Exception {
        store.writeNow(insert(1));
        var reading = new CountDownLatch(1);
        var written = new CountDownLatch(1);
        var counts =
                store.read(
                        sql -> {
                            int before = count(sql);
                            reading.countDown();
                            await(written);
                            return List.of(before, count(sql));
                        });
        await(reading);
        store.writeNow(insert(2));
        written.countDown();
        assertThat(counts.get()).containsExactly(1, 1);
        assertThat(store.readNow(SqliteStoreTest::count)).isEqualTo(2);
    }

    private static int count(Sql sql) throws SQLException {
        return sql.first("SELECT count(*) FROM note", row -> row.getInt(1)).orElseThrow();
    }

    @Test
    void aReaderCannotWrite() {
        assertThatThrownBy(() -> store.readNow(sql -> sql.execute("DELETE FROM note")))
                .isInstanceOf(StoreException.class);
        assertThat(store.readNow(SqliteStoreTest::count)).isZero();
    }

    @Test
    void aDependentThatBlocksStallsNobody() throws Exception {
        var release = new CountDownLatch(1);
        // A dependent of what is done already would run here.
        CountDownLatch writer = holdWriter();
        var blocked = store.write(insert(1)).thenAccept(_ -> await(release));
        writer.countDown();
        assertThat(store.write(insert(2)).get(10, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(blocked).isNotDone();
        release.countDown();
        blocked.get(10, TimeUnit.SECONDS);
    }

    @Test
    void valuesComeBackAsTheyWentIn() {
        store.writeNow(
                tx ->
                        tx.execute(
                                "CREATE TABLE kinds (t TEXT, l INTEGER, i INTEGER, b INTEGER,"
                                        + " d BLOB, n TEXT) STRICT"));
        String text = "quote ' nul \0 emoji 😀 line\n";
        byte[] bytes = {0, -1, 7};
        store.writeNow(
                tx ->
                        tx.execute(
                                "INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)",
                                text,
                                Long.MAX_VALUE,
                                -5,
                                true,
                                bytes,
                                null));
        List<Object> row =
                store.readNow(
                                sql ->
                                        sql.first(
                                                "SELECT t, l, i, b, d, n IS NULL FROM kinds",
                                                r ->
                                                        List.<Object>of(
                                                                r.getString(1),
                                                                r.getLong(2),
                                                                r.getInt(3),
                                                                r.getInt(4),
                                                                r.getBytes(5),
                                                                r.getInt(6))))
                        .orElseThrow();
        assertThat(row).containsExactly(text, Long.MAX_VALUE, -5, 1, bytes, 1);
    }

    @Test
    void returningGivesTheRowAndTheChangeStays() {
        Optional<Integer> id =
                store.writeNow(
                        tx ->
                                tx.first(
                                        "INSERT INTO note (text) VALUES ('a') RETURNING id",
                                        row -> row.getInt(1)));
        assertThat(id).contains(1);
        assertThat(ids()).containsExactly(1);
    }

    @Test
    void aRowMapperMayRunTheSameStatement() {
        IntStream.rangeClosed(1, 3).forEach(i -> store.writeNow(insert(i)));
        String sqlText = "SELECT id FROM note WHERE id >= ? ORDER BY id";
        List<Integer> sums =
                store.readNow(
                        sql ->
                                sql.list(
                                        sqlText,
                                        row -> {
                                            int id = row.getInt(1);
                                            return sql.list(sqlText, r -> r.getInt(1), id).stream()
                                                    .mapToInt(Integer::intValue)
                                                    .sum();
                                        },
                                        1));
        assertThat(sums).containsExactly(6, 5, 3);
    }

    @Test
    void manyDifferentStatementsDoNotPileUp() {
        int found =
                store.readNow(
                        sql -> {
                            int sum = 0;
                            for (int i = 0; i < 2000; i++) {
                                sum += sql.first("SELECT " + i, row -> row.getInt(1)).orElseThrow();
                            }
                            return sum;
                        });
        assertThat(found).isEqualTo(1999 * 1000);
    }

    @Test
    void nowIsTheStoresClock() {
        assertThat(store.writeNow(Transaction::nowMs)).isEqualTo(1_700_000_000_123L);
    }

    @Test
    void closingFinishesWhatWasSubmittedAndRefusesWhatComesLater() throws Exception {
        CountDownLatch release = holdWriter();
        var submitted = IntStream.range(0, 50).mapToObj(i -> store.write(insert(i))).toList();
        var closing = Thread.ofVirtual().start(store::close);
        release.countDown();
        closing.join();
        assertThat(submitted).allSatisfy(future -> assertThat(future.get()).isEqualTo(1));
        assertThatThrownBy(() -> store.writeNow(insert(99)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> store.readNow(SqliteStoreTest::count))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        assertThat(directory.resolve("data").resolve("relay.db-wal")).doesNotExist();
        store = SqliteStore.open(config());
        assertThat(ids()).hasSize(50);
    }

    @Test
    void moreWaitingWritesThanTheLimitAreRefusedAtOnce() throws Exception {
        store.close();
        store = SqliteStore.open(config().withMaxWaiting(10));
        CountDownLatch release = holdWriter();
        var accepted = IntStream.range(0, 10).mapToObj(i -> store.write(insert(i))).toList();
        assertThatThrownBy(store.write(insert(10))::join)
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("overloaded");
        release.countDown();
        assertThat(accepted).allSatisfy(future -> assertThat(future.get()).isEqualTo(1));
    }

    @Test
    void aFullDiskFailsWritesWhileReadsGoOnAndWritesWorkAgainAfterwards() {
        store.writeNow(insert(1));
        int pages = pragma("page_count");
        pragma("max_page_count = " + (pages + 2));
        String large = "x".repeat(20_000);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(
                            () ->
                                    store.writeNow(
                                            tx ->
                                                    tx.execute(
                                                            "INSERT INTO note (text) VALUES (?)",
                                                            large)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("the disk is full");
            assertThat(ids()).containsExactly(1);
        }
        assertThat(store.failure()).isEmpty(); // an update in place still fits

        pragma("max_page_count = 1000000");
        store.writeNow(tx -> tx.execute("INSERT INTO note (id, text) VALUES (5, ?)", large));
        assertThat(ids()).containsExactly(1, 5);
        assertThat(store.failure()).isEmpty();
    }

    @Test
    void aFullDiskInsideAGroupFailsOnlyTheWritesThatDoNotFit() throws Exception {
        int pages = pragma("page_count");
        pragma("max_page_count = " + (pages + 2));
        CountDownLatch release = holdWriter();
        var small = store.write(insert(1));
        var large =
                store.write(
                        tx -> {
                            try {
                                tx.execute(
                                        "INSERT INTO note (text) VALUES (?)", "x".repeat(20_000));
                            } catch (SQLException e) {
                                return 0; // a write must not look stored because it hid the error
                            }
                            return 1;
                        });
        var after = store.write(insert(2));
        release.countDown();
        assertThatThrownBy(large::join).cause().isInstanceOf(StoreException.class);
        // Whether SQLite undoes the group or the statement is its choice; none may lie.
        List<Integer> acknowledged = new ArrayList<>();
        small.thenAccept(_ -> acknowledged.add(1)).exceptionally(_ -> null).join();
        after.thenAccept(_ -> acknowledged.add(2)).exceptionally(_ -> null).join();
        assertThat(ids()).containsExactlyElementsOf(acknowledged).contains(2);
    }

    private int pragma(String text) {
        return store.writeNow(tx -> tx.first("PRAGMA " + text, row -> row.getInt(1))).orElseThrow();
    }

    @Test
    void anotherProcessThatHoldsTheFileFailsWritesUntilItLetsGo() throws Exception {
        store.close();
        store = SqliteStore.open(config().withBusyTimeout(Duration.ofMillis(50)));
        Path file = directory.resolve("data").resolve("relay.db");
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> store.writeNow(insert(1)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("in use by another program");
            assertThat(store.readNow(SqliteStoreTest::count)).isZero();
            assertThat(store.failure()).isPresent();
            statement.executeUpdate("COMMIT");
        }
        assertThat(store.failure()).isEmpty();
        assertThat(store.writeNow(insert(1))).isEqualTo(1);
    }

    @Test
    void twoProgramsMayUseOneFile() {
        try (var second = SqliteStore.open(config())) {
            second.writeNow(insert(1));
            store.writeNow(insert(2));
            assertThat(second.<Integer>readNow(SqliteStoreTest::count)).isEqualTo(2);
        }
        assertThat(store.writeNow(insert(3))).isEqualTo(1);
    }

    @Test
    void filesBelongToTheirOwnerOnly() throws Exception {
        store.writeNow(insert(1));
        Path data = directory.resolve("data");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
        try (var files = Files.list(data)) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(
                            file ->
                                    assertThat(
                                                    PosixFilePermissions.toString(
                                                            Files.getPosixFilePermissions(file)))
                                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedWithItsName() throws Exception {
        Path file = directory.resolve("other.db");
        Files.writeString(file, "this is no database ".repeat(100));
        assertThatThrownBy(() -> SqliteStore.open(StoreConfig.of(file).withMigrations(NOTES)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("damaged");
    }
}
