package dev.roosthold.relay.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Prints how many durable appends per second the store takes. An append is what a message costs:
/// two counters and a row of 400 characters. Arguments: directory, callers in flight, seconds.
final class StoreLoad {
    private static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "load",
                            """
                            CREATE TABLE account (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
                            CREATE TABLE session (
                              id TEXT PRIMARY KEY, seq INTEGER NOT NULL, updated_at INTEGER NOT NULL
                            ) STRICT;
                            CREATE TABLE message (
                              id TEXT PRIMARY KEY, session TEXT NOT NULL, seq INTEGER NOT NULL,
                              local_id TEXT, content TEXT NOT NULL, created_at INTEGER NOT NULL,
                              UNIQUE (session, seq), UNIQUE (session, local_id)
                            ) STRICT;"""));

    private StoreLoad() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "store-load");
        int inFlight = Integer.parseInt(args[1]);
        var time = Duration.ofSeconds(Long.parseLong(args[2]));
        System.out.printf("fsync median %.3f ms%n", fsyncMillis(directory));
        var config = StoreConfig.of(directory.resolve("load.db")).withMigrations(MIGRATIONS);
        try (var store = SqliteStore.open(config)) {
            store.writeNow(StoreLoad::prepare);
            run(store, inFlight, Duration.ofSeconds(3));
            long[] micros = run(store, inFlight, time);
            System.out.printf(
                    "%d in flight: %.0f appends/s, p50 %.1f ms, p99 %.1f ms, max %.1f ms, load %s%n",
                    inFlight,
                    micros.length / (double) time.toSeconds(),
                    micros[micros.length / 2] / 1000.0,
                    micros[(int) (micros.length * 0.99)] / 1000.0,
                    micros[micros.length - 1] / 1000.0,
                    Files.readString(Path.of("/proc/loadavg")).strip());
        }
    }

    private static int prepare(Transaction tx) throws java.sql.SQLException {
        for (int i = 0; i < 20; i++) {
            tx.execute("INSERT INTO account VALUES (?, 0)", "account" + i);
        }
        for (int i = 0; i < 2000; i++) {
            tx.execute("INSERT INTO session VALUES (?, 0, 0)", "session" + i);
        }
        return 0;
    }

    /// Latencies in microseconds, ascending.
    private static long[] run(SqliteStore store, int inFlight, Duration time)
            throws InterruptedException {
        var latencies = new ConcurrentLinkedQueue<Long>();
        var numbers = new AtomicInteger((int) (System.nanoTime() & 0x3fffffff));
        long end = System.nanoTime() + time.toNanos();
        var callers = new Thread[inFlight];
        for (int i = 0; i < inFlight; i++) {
            callers[i] =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        while (System.nanoTime() < end) {
                                            long began = System.nanoTime();
                                            int number = numbers.incrementAndGet();
                                            store.writeNow(tx -> append(tx, number));
                                            latencies.add((System.nanoTime() - began) / 1000);
                                        }
                                    });
        }
        for (Thread caller : callers) {
            caller.join();
        }
        long[] sorted = latencies.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static int append(Transaction tx, int number) throws java.sql.SQLException {
        String account = "account" + number % 20;
        String session = "session" + number % 2000;
        tx.first(
                "UPDATE account SET seq = seq + 1 WHERE id = ? RETURNING seq",
                row -> row.getLong(1),
                account);
        long seq =
                tx.first(
                                "UPDATE session SET seq = seq + 1, updated_at = ? WHERE id = ?"
                                        + " RETURNING seq",
                                row -> row.getLong(1),
                                tx.nowMs(),
                                session)
                        .orElseThrow();
        return tx.execute(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                "message" + number,
                session,
                seq,
                "local" + number,
                "x".repeat(400),
                tx.nowMs());
    }

    private static double fsyncMillis(Path directory) throws IOException {
        long[] nanos = new long[50];
        try (var file =
                FileChannel.open(
                        directory.resolve("fsync"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            for (int i = 0; i < nanos.length; i++) {
                file.write(ByteBuffer.allocate(4096));
                long began = System.nanoTime();
                file.force(false);
                nanos[i] = System.nanoTime() - began;
            }
        }
        Arrays.sort(nanos);
        return nanos[nanos.length / 2] / 1e6;
    }
}
