package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed in the middle of writing loses nothing that it acknowledged, and its
/// file opens by itself.
class KillTest {
    @TempDir Path directory;

    @Test
    @Timeout(90)
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        killAndCheck(3, 400, 20261121);
    }

    @Test
    @Tag("soak")
    @Timeout(600)
    void nothingAcknowledgedIsLostInTwentyKillsAmongTwoThousandWrites() throws Exception {
        killAndCheck(20, 2000, System.nanoTime());
    }

    private void killAndCheck(int rounds, int writes, long seed) throws Exception {
        var random = new Random(seed);
        Path file = directory.resolve("killed.db");
        Set<Long> acknowledged = new HashSet<>();
        long next = 1;
        for (int round = 0; round < rounds; round++) {
            acknowledged.addAll(runUntilKilled(file, next, 1 + random.nextInt(writes)));
            try (var store =
                    SqliteStore.open(
                            StoreConfig.of(file).withMigrations(CountingProgram.MIGRATIONS))) {
                Set<Long> found =
                        store.readNow(
                                sql ->
                                        new HashSet<>(
                                                sql.list(
                                                        "SELECT value FROM number",
                                                        row -> row.getLong(1))));
                assertThat(found).as("round %d, seed %d", round, seed).containsAll(acknowledged);
                assertThat(
                                store.<String>readNow(
                                        sql ->
                                                sql.first(
                                                                "PRAGMA integrity_check",
                                                                row -> row.getString(1))
                                                        .orElse("")))
                        .isEqualTo("ok");
                next = found.stream().mapToLong(Long::longValue).max().orElse(0) + 1;
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(rounds);
        try (var libraries = Files.walk(directory.resolve("native"))) {
            assertThat(libraries.filter(Files::isRegularFile)).hasSizeLessThanOrEqualTo(1);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new AssertionError("the native library was not kept beside the database", e);
        }
    }

    /// Kills the program as soon as it has acknowledged that many writes; returns all it printed.
    private static Set<Long> runUntilKilled(Path file, long first, int writes)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                CountingProgram.command(
                                        CountingProgram.class,
                                        file.toString(),
                                        Long.toString(first)))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Set<Long> printed = new HashSet<>();
        try (var lines = new BufferedReader(process.inputReader(StandardCharsets.US_ASCII))) {
            String line = lines.readLine();
            while (line != null) {
                printed.add(Long.parseLong(line));
                if (printed.size() == writes) {
                    process.toHandle().destroyForcibly(); // keeps its output readable
                }
                line = lines.readLine();
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(process.exitValue()).isEqualTo(128 + 9);
        assertThat(printed).hasSizeGreaterThanOrEqualTo(writes);
        return printed;
    }
}
