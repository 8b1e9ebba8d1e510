package dev.roosthold.bench;

import dev.roosthold.relay.store.Migration;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreConfig;
import dev.roosthold.relay.store.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Measures durable appends of the relay's store: each takes the next number of its account,
/// changes the row it is about and writes a log entry, in one write that is acknowledged after its
/// fsync. Closed loop: as many writers as writes in flight. Prints what the figures depend on.
public final class StoreLoad {

    private static final int ACCOUNTS = 20;
    private static final int MACHINES = 2_000;
    private static final int BODY_LENGTH = 400;
    private static final int WARM_UP_SECONDS = 3;

    private static final double BAR_APPENDS = 4_000;
    private static final double BAR_P99_MS = 40;
    private static final double BAR_FSYNC_MS = 0.5;

    private static final Migration SCHEMA =
            new Migration(
                    1,
                    "bench",
                    """
                    CREATE TABLE account (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
                    CREATE TABLE machine (
                      id TEXT PRIMARY KEY, account_id TEXT NOT NULL, state TEXT NOT NULL,
                      version INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
                    CREATE INDEX machine_of_account ON machine (account_id, updated_at);
                    CREATE TABLE log (
                      account_id TEXT NOT NULL, seq INTEGER NOT NULL, recipients TEXT NOT NULL,
                      body TEXT NOT NULL, created_at INTEGER NOT NULL,
                      PRIMARY KEY (account_id, seq)) STRICT, WITHOUT ROWID;
                    """);

    private static final String NEXT_SEQ =
            "UPDATE account SET seq = seq + 1 WHERE id = ? RETURNING seq";
    private static final String SET_STATE =
            "UPDATE machine SET state = ?, version = version + 1, updated_at = ? WHERE id = ?";
    private static final String APPEND =
            "INSERT INTO log (account_id, seq, recipients, body, created_at) VALUES (?, ?, ?, ?, ?)";

    private final Store store;
    private final String body = "c".repeat(BODY_LENGTH);

    private StoreLoad(Store store) {
        this.store = store;
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        var parent = Path.of(args.length > 1 ? args[1] : "bench/target");
        Files.createDirectories(parent);
        var folder = Files.createTempDirectory(parent, "store-load");
        try {
            run(folder, seconds);
        } finally {
            delete(folder);
        }
        System.exit(0);
    }

    private static void run(Path folder, int seconds) throws Exception {
        double before = Host.fsyncMs(folder);
        System.out.printf(
                Locale.ROOT,
                "fsync of 4 KB: median %.2f ms; load %s; %d processors; folder %s%n",
                before,
                Host.loadAverage(),
                Host.processors(),
                folder.toAbsolutePath());
        var config = StoreConfig.of(folder.resolve("bench.db")).withMigrations(List.of(SCHEMA));
        Figures last = null;
        try (var store = SqliteStore.open(config)) {
            var load = new StoreLoad(store);
            load.fill();
            load.measure(16, WARM_UP_SECONDS);
            System.out.printf(
                    "%10s %12s %10s %10s %10s%n",
                    "in flight", "appends/s", "p50 ms", "p99 ms", "cpu us");
            for (int inFlight : new int[] {1, 16, 128}) {
                last = load.measure(inFlight, seconds);
                System.out.printf(
                        Locale.ROOT,
                        "%10d %12.0f %10.2f %10.2f %10.0f%n",
                        inFlight,
                        last.perSecond(),
                        last.p50Ms(),
                        last.p99Ms(),
                        last.cpuMicros());
            }
            load.check();
        }
        double after = Host.fsyncMs(folder);
        System.out.printf(
                Locale.ROOT, "after: fsync median %.2f ms; load %s%n", after, Host.loadAverage());
        if (last != null) {
            judge(last, Math.max(before, after));
        }
    }

    private static void judge(Figures figures, double fsyncMs) {
        boolean met = figures.perSecond() >= BAR_APPENDS && figures.p99Ms() < BAR_P99_MS;
        var verdict = met ? "met" : fsyncMs > BAR_FSYNC_MS ? "not judged, slow disk" : "MISSED";
        System.out.printf(
                Locale.ROOT,
                "%s: at 128 in flight at least %.0f appends/s with p99 under %.0f ms,"
                        + " where an fsync takes at most %.1f ms%n",
                verdict,
                BAR_APPENDS,
                BAR_P99_MS,
                BAR_FSYNC_MS);
    }

    private record Figures(double perSecond, double p50Ms, double p99Ms, double cpuMicros) {}

    private void fill() {
        store.writeNow(
                tx -> {
                    for (int i = 0; i < ACCOUNTS; i++) {
                        tx.execute("INSERT INTO account (id, seq) VALUES (?, 0)", account(i));
                    }
                    for (int i = 0; i < MACHINES; i++) {
                        tx.execute(
                                "INSERT INTO machine (id, account_id, state, version, updated_at)"
                                        + " VALUES (?, ?, ?, 0, ?)",
                                machine(i),
                                account(i % ACCOUNTS),
                                body,
                                tx.nowMs());
                    }
                    return MACHINES;
                });
    }

    private Figures measure(int inFlight, int seconds) throws InterruptedException {
        var latencies = new Latencies();
        var running = new AtomicBoolean(true);
        var done = new CountDownLatch(inFlight);
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        for (int i = 0; i < inFlight; i++) {
            Thread.startVirtualThread(
                    () -> {
                        try {
                            while (running.get()) {
                                long from = System.nanoTime();
                                int machine = ThreadLocalRandom.current().nextInt(MACHINES);
                                store.writeNow(tx -> append(tx, machine));
                                latencies.record(System.nanoTime() - from);
                            }
                        } finally {
                            done.countDown();
                        }
                    });
        }
        Thread.sleep(seconds * 1_000L);
        running.set(false);
        done.await();
        double elapsed = (System.nanoTime() - start) / 1e9;
        long count = latencies.count();
        appended.addAndGet(count);
        return new Figures(
                count / elapsed,
                latencies.quantileMs(0.5),
                latencies.quantileMs(0.99),
                (cpuSeconds() - cpu) * 1e6 / count);
    }

    private final AtomicLong appended = new AtomicLong();

    private long append(Transaction tx, int machine) throws SQLException {
        var account = account(machine % ACCOUNTS);
        long seq = tx.first(NEXT_SEQ, row -> row.getLong(1), account).orElseThrow();
        tx.execute(SET_STATE, body, tx.nowMs(), machine(machine));
        tx.execute(APPEND, account, seq, "M:" + machine(machine), body, tx.nowMs());
        return seq;
    }

    /// Every acknowledged append is in the log, and the numbers have no holes.
    private void check() {
        long logged =
                store.readNow(sql -> sql.first("SELECT count(*) FROM log", row -> row.getLong(1)))
                        .orElseThrow();
        long numbered =
                store.readNow(
                                sql ->
                                        sql.first(
                                                "SELECT sum(seq) FROM account",
                                                row -> row.getLong(1)))
                        .orElseThrow();
        if (logged != appended.get() || numbered != logged) {
            throw new IllegalStateException(
                    appended + " acknowledged, " + logged + " logged, " + numbered + " numbered");
        }
        System.out.println("checked: " + logged + " acknowledged appends are in the log, no holes");
    }

    private static double cpuSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(d -> d.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    private static String account(int number) {
        return "account-" + number;
    }

    private static String machine(int number) {
        return "3f0c7f9e-6c1d-4a52-9d6e-0d2b7c" + number;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
