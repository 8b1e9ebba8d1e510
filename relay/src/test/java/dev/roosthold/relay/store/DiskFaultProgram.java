package dev.roosthold.relay.store;

import java.nio.file.Path;

/// Writes until a write fails, shows that reading still works, then goes on trying. Prints `stored
/// <n>` once, `failed <message>`, `read <n>` and, when a write succeeds again, `recovered <n>`.
/// Started by [DiskFaultTest] with a limit on the size of files.
final class DiskFaultProgram {
    private DiskFaultProgram() {}

    /// Runs until it has recovered.
    ///
    /// @param args database file
    public static void main(String[] args) throws InterruptedException {
        var config = StoreConfig.of(Path.of(args[0])).withMigrations(CountingProgram.MIGRATIONS);
        try (var store = SqliteStore.open(config)) {
            long next = 1;
            String failure = tryToStore(store, next);
            while (failure.isEmpty()) {
                next++;
                failure = tryToStore(store, next);
            }
            System.out.println("stored " + (next - 1));
            System.out.println("failed " + failure);
            System.out.println("read " + count(store));
            while (!tryToStore(store, next).isEmpty()) {
                Thread.sleep(20);
            }
            System.out.println("recovered " + count(store));
        }
    }

    /// The message of the failure; empty when the value is stored.
    private static String tryToStore(SqliteStore store, long value) {
        try {
            store.writeNow(
                    tx -> tx.execute("INSERT INTO number VALUES (?, ?)", value, "x".repeat(8000)));
            return "";
        } catch (StoreException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static long count(SqliteStore store) {
        return store.readNow(
                sql ->
                        sql.first("SELECT count(*) FROM number", row -> row.getLong(1))
                                .orElseThrow());
    }
}
