package dev.roosthold.relay.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Does a fixed number of writes of different sizes, some of them together, and writes the number
/// of each into a file once it is acknowledged. Started by [PowerLossTest].
final class RecordedProgram {
    static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "numbers",
                            "CREATE TABLE number (value INTEGER PRIMARY KEY, pad TEXT NOT NULL)"
                                    + " STRICT"));

    private RecordedProgram() {}

    /// @param args database file, file for acknowledgements, how many writes
    public static void main(String[] args) throws Exception {
        int writes = Integer.parseInt(args[2]);
        // Not closed: a close would write too, and a crash does not close.
        var store = SqliteStore.open(StoreConfig.of(Path.of(args[0])).withMigrations(MIGRATIONS));
        try (var acks = new FileOutputStream(args[1])) {
            List<CompletableFuture<?>> together = new ArrayList<>();
            for (int i = 1; i <= writes; i++) {
                long value = i;
                int size = i % 10 == 0 ? 40_000 : 20 + i % 7 * 300;
                together.add(
                        store.write(
                                        tx -> {
                                            if (value % 9 == 0) {
                                                tx.execute(
                                                        "UPDATE number SET pad = ? WHERE value = ?",
                                                        "y".repeat(size),
                                                        value - 4);
                                            }
                                            return tx.execute(
                                                    "INSERT INTO number VALUES (?, ?)",
                                                    value,
                                                    "x".repeat(size));
                                        })
                                .thenAccept(_ -> acknowledge(acks, value)));
                if (i % 10 < 7) {
                    // Most writes are alone, some are three together.
                    together.forEach(CompletableFuture::join);
                    together.clear();
                }
            }
            together.forEach(CompletableFuture::join);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void acknowledge(FileOutputStream acks, long value) {
        try {
            acks.write((value + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
