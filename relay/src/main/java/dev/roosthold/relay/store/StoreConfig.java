package dev.roosthold.relay.store;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// Settings of a [SqliteStore].
///
/// @param file the database; it and its directory are created when absent, readable by their owner
///     only
/// @param readers reader threads, each with its own connection
/// @param maxGroup writes that commit together at most. With 128 callers in flight groups settle
///     near 65; more only adds latency
/// @param maxWaiting writes, and likewise reads, that may wait; one more is refused at once
/// @param busyTimeout how long to wait for another process that writes to the same file
/// @param migrations what leads from an empty file to the schema of this program, in order
/// @param clock gives [Transaction#nowMs()]
/// @param commits told about commits
public record StoreConfig(
        Path file,
        int readers,
        int maxGroup,
        int maxWaiting,
        Duration busyTimeout,
        List<Migration> migrations,
        InstantSource clock,
        CommitListener commits) {

    public StoreConfig {
        if (readers < 1 || maxGroup < 1 || maxWaiting < 1) {
            throw new IllegalArgumentException("readers, maxGroup and maxWaiting start at 1");
        }
        // sqlite-jdbc reads what follows a question mark as settings of the connection.
        if (file.toString().contains("?")) {
            throw new IllegalArgumentException("the path of the database must not contain '?'");
        }
        migrations = List.copyOf(migrations);
    }

    /// The program's own schema in the file, usual limits, system clock.
    public static StoreConfig of(Path file) {
        return new StoreConfig(
                file,
                3,
                256,
                10_000,
                Duration.ofSeconds(5),
                Migration.ofProgram(),
                InstantSource.system(),
                CommitListener.NONE);
    }

    public StoreConfig withMigrations(List<Migration> other) {
        return new StoreConfig(
                file, readers, maxGroup, maxWaiting, busyTimeout, other, clock, commits);
    }

    public StoreConfig withClock(InstantSource other) {
        return new StoreConfig(
                file, readers, maxGroup, maxWaiting, busyTimeout, migrations, other, commits);
    }

    public StoreConfig withMaxWaiting(int other) {
        return new StoreConfig(
                file, readers, maxGroup, other, busyTimeout, migrations, clock, commits);
    }

    public StoreConfig withBusyTimeout(Duration other) {
        return new StoreConfig(
                file, readers, maxGroup, maxWaiting, other, migrations, clock, commits);
    }

    public StoreConfig withCommits(CommitListener other) {
        return new StoreConfig(
                file, readers, maxGroup, maxWaiting, busyTimeout, migrations, clock, other);
    }
}
