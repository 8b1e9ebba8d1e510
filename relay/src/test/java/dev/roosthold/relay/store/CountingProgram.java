package dev.roosthold.relay.store;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/// Writes numbers from several writers until it is killed, and prints each one once it is
/// acknowledged. Started as a process of its own by [KillTest].
final class CountingProgram {
    static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "numbers",
                            "CREATE TABLE number (value INTEGER PRIMARY KEY, pad TEXT NOT NULL)"
                                    + " STRICT"));

    private CountingProgram() {}

    /// @param args database file, first number
    public static void main(String[] args) throws InterruptedException {
        var store = SqliteStore.open(StoreConfig.of(Path.of(args[0])).withMigrations(MIGRATIONS));
        var inFlight = new Semaphore(32);
        var out = System.out;
        for (long next = Long.parseLong(args[1]); ; next++) {
            inFlight.acquire();
            long value = next;
            CompletableFuture<Integer> written =
                    store.write(
                            tx ->
                                    tx.execute(
                                            "INSERT INTO number VALUES (?, ?)",
                                            value,
                                            "x".repeat(300)));
            var unused =
                    written.thenRun(
                            () -> {
                                synchronized (out) {
                                    out.println(value);
                                    out.flush();
                                }
                                inFlight.release();
                            });
        }
    }
}
