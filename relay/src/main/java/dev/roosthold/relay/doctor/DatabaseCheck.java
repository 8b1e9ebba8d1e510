package dev.roosthold.relay.doctor;

import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.Migration;
import dev.roosthold.relay.store.StoreException;
import dev.roosthold.relay.updates.Updates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The database: whole, of a schema that this program knows, with a log of bounded size.
record DatabaseCheck(Situation situation) implements Check {
    private static final long LARGE_LOG = 256L << 20;
    private static final Duration AHEAD = Duration.ofMinutes(5);

    @Override
    public List<Finding> run() {
        Path file = situation.dataDirectory().resolve("relay.db");
        if (!Files.isRegularFile(file)) {
            return List.of(Finding.skipped("database", "there is none yet"));
        }
        var found = new ArrayList<Finding>();
        try (var database = DatabaseFile.open(file)) {
            List<String> damage = database.damage(false);
            if (!damage.isEmpty()) {
                found.add(
                        Finding.wrong(
                                "database",
                                "it is damaged: " + String.join("; ", damage),
                                "Stop the relay, keep a copy of the folder, and restore the latest"
                                        + " backup: `roost restore`."));
                return found;
            }
            found.add(
                    Finding.ok(
                            "database",
                            String.format(Locale.ROOT, "whole, %.1f MB", Files.size(file) / 1e6)));
            found.add(schema(database));
            found.add(newest(database));
            found.add(log(file));
        } catch (StoreException e) {
            found.add(
                    Finding.wrong(
                            "database",
                            String.valueOf(e.getMessage()),
                            "See who uses the file, and whether this user may read it."));
        } catch (IOException e) {
            found.add(Finding.skipped("database", "it cannot be looked at: " + e.getMessage()));
        }
        return found;
    }

    private static Finding schema(DatabaseFile database) {
        try {
            return Finding.ok("schema", SchemaWords.of(database.schema(Migration.ofProgram())));
        } catch (StoreException e) {
            return Finding.wrong(
                    "schema",
                    String.valueOf(e.getMessage()),
                    "Use the program that wrote it, or a newer one.");
        }
    }

    /// Rows from the future show that the clock was wrong when they were written, or is now.
    private Finding newest(DatabaseFile database) {
        Instant now = situation.clock().instant();
        Instant newest = Instant.ofEpochMilli(database.read(Updates::newestMs));
        return newest.isAfter(now.plus(AHEAD))
                ? Finding.wrong(
                        "time of data",
                        "the newest update is from " + newest + ", which is not yet",
                        "The clock is or was wrong. Set it: `timedatectl set-ntp true`.")
                : Finding.ok("time of data", "nothing is from the future");
    }

    private static Finding log(Path file) throws IOException {
        Path log = Path.of(file + "-wal");
        long size = Files.exists(log) ? Files.size(log) : 0;
        String what = String.format(Locale.ROOT, "%.1f MB", size / 1e6);
        return size > LARGE_LOG
                ? Finding.warning(
                        "write-ahead log",
                        what,
                        "Something reads the database for very long and keeps it from shrinking:"
                                + " look for other programs that have relay.db open.")
                : Finding.ok("write-ahead log", what);
    }
}
