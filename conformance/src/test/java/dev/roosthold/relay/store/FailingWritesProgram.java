package dev.roosthold.relay.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Lets the n-th call that reaches the disk fail, for every n, and looks after each whether
/// everything acknowledged can be read and the next write is stored. Prints `failed <n>` for each n
/// at which a write was refused, `wrong <what>` when something is not right, and `done`. Started by
/// [PowerLossTest].
final class FailingWritesProgram {
    /// So many rounds, of up to some hundred writes each, are looked at again and again.
    private static final int CHECKED_TOGETHER = 20;

    private FailingWritesProgram() {}

    /// @param args database file, control file, highest n
    public static void main(String[] args) throws Exception {
        Path control = Path.of(args[1]);
        int highest = Integer.parseInt(args[2]);
        Set<Long> acknowledged = new HashSet<>();
        Set<Long> tried = new HashSet<>();
        long next = 1;
        try (var store =
                SqliteStore.open(
                        StoreConfig.of(Path.of(args[0]))
                                .withMigrations(RecordedProgram.MIGRATIONS))) {
            for (int n = 1; n <= highest; n++) {
                Files.writeString(control, Integer.toString(n));
                boolean failed = false;
                // Each write makes some calls, so this reaches the n-th.
                for (int i = 0; i <= n && !failed; i++) {
                    tried.add(next);
                    failed = !isStored(store, next);
                    if (!failed) {
                        acknowledged.add(next);
                    }
                    next++;
                }
                Files.writeString(control, "0");
                if (failed) {
                    System.out.println("failed " + n);
                }
                tried.add(next);
                if (isStored(store, next)) {
                    acknowledged.add(next);
                } else {
                    System.out.println("wrong after " + n + ": the next write failed too");
                }
                next++;
                check(store, n, acknowledged, tried);
                if (n % CHECKED_TOGETHER == 0) {
                    int _ = store.writeNow(tx -> tx.execute("DELETE FROM number"));
                    acknowledged.clear();
                    tried.clear();
                }
            }
        }
        System.out.println("done");
    }

    private static void check(SqliteStore store, int n, Set<Long> acknowledged, Set<Long> tried) {
        Set<Long> found =
                store.readNow(
                        sql ->
                                new HashSet<>(
                                        sql.list(
                                                "SELECT value FROM number",
                                                row -> row.getLong(1))));
        if (!found.containsAll(acknowledged)) {
            System.out.println("wrong after " + n + ": something acknowledged is lost");
        }
        if (!tried.containsAll(found)) {
            System.out.println("wrong after " + n + ": something was stored that nobody wrote");
        }
    }

    private static boolean isStored(SqliteStore store, long value) {
        try {
            store.writeNow(
                    tx ->
                            tx.execute(
                                    "INSERT INTO number VALUES (?, ?)",
                                    value,
                                    "x".repeat((int) (value % 13) * 700)));
            return true;
        } catch (StoreException e) {
            return false;
        }
    }
}
