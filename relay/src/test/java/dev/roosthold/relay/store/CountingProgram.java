package dev.roosthold.relay.store;

import java.nio.file.Path;
import java.util.ArrayList;
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

    /// The command line of a process that runs this program, or another of the test classes.
    static List<String> command(Class<?> program, String... arguments) {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// Runs until killed.
    ///
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
            var _ =
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
