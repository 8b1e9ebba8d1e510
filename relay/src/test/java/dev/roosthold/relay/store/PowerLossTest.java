package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The power fails at every single write of a process: whatever the disk made of what was not
/// flushed, the database opens by itself and has everything that was acknowledged.
class PowerLossTest {
    private static final int WRITES = 500;
    private static final String DATABASE = "relay.db";

    @TempDir Path folder;

    @Test
    @Timeout(120)
    void nothingAcknowledgedIsLostWhenThePowerFailsAtAWrite() throws Exception {
        crashes(true);
    }

    @Test
    @Tag("soak")
    @Timeout(3600)
    void nothingAcknowledgedIsLostAtAnyWriteWhateverTheDiskKeeps() throws Exception {
        crashes(false);
    }

    /// @param share one kind of loss at every eighth call instead of all at all
    private void crashes(boolean share) throws Exception {
        DiskRecord record = record();
        var random = new Random(20261126);
        var player = record.player();
        Set<Long> acknowledged = new HashSet<>();
        int crashes = 0;
        int index = 0;
        Path disk = folder.resolve("disk");
        while (player.hasNext()) {
            DiskRecord.Call call = player.step();
            index++;
            if (call.file().equals("acks")) {
                acknowledged.add(
                        Long.parseLong(new String(call.data(), StandardCharsets.US_ASCII).strip()));
                continue;
            }
            if (call.file().startsWith(DATABASE)) {
                for (DiskRecord.Loss loss : DiskRecord.Loss.values()) {
                    int turn = index / 8 % DiskRecord.Loss.values().length;
                    if (share && (index % 8 != 0 || turn != loss.ordinal())) {
                        continue;
                    }
                    crashes++;
                    check(player.after(loss, random), disk, acknowledged, index + " " + loss);
                }
            }
        }
        System.out.println(
                index
                        + " calls, "
                        + crashes
                        + " crashes, "
                        + acknowledged.size()
                        + " writes acknowledged, lost 0");
        assertThat(acknowledged).hasSize(WRITES);
        assertThat(crashes).isGreaterThan(200);
        assertThat(record.calls()).extracting(DiskRecord.Call::kind).contains('w', 's');
        assertThat(
                        record.calls().stream()
                                .anyMatch(
                                        call ->
                                                call.file().equals(DATABASE)
                                                        && call.offset() > 100_000))
                .as("the log was folded into the database meanwhile")
                .isTrue();
    }

    private DiskRecord record() throws Exception {
        DiskShim shim = DiskShim.build(folder);
        Path data = Files.createDirectory(folder.resolve("data"));
        Path recorded = folder.resolve("record");
        Process process =
                shim.start(
                        data,
                        Map.of("DISK_RECORD", recorded.toString()),
                        CountingProgram.command(
                                RecordedProgram.class,
                                data.resolve(DATABASE).toString(),
                                data.resolve("acks").toString(),
                                Integer.toString(WRITES)));
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return DiskRecord.read(recorded, List.of(DATABASE, "acks"));
    }

    private static void check(
            DiskRecord.Disk disk, Path folder, Set<Long> acknowledged, String when)
            throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("", "-wal", "-shm", "-journal")) {
            Files.deleteIfExists(folder.resolve(DATABASE + name));
        }
        disk.writeTo(folder, DATABASE);
        try (var store =
                SqliteStore.open(
                        StoreConfig.of(folder.resolve(DATABASE))
                                .withMigrations(CountingProgram.MIGRATIONS))) {
            Set<Long> found =
                    store.readNow(
                            sql ->
                                    new HashSet<>(
                                            sql.list(
                                                    "SELECT value FROM number",
                                                    row -> row.getLong(1))));
            assertThat(found).as("crash at call %s", when).containsAll(acknowledged);
            String whole =
                    store.<String>readNow(
                            sql ->
                                    sql.first("PRAGMA integrity_check", row -> row.getString(1))
                                            .orElse(""));
            assertThat(whole).as("crash at call %s", when).isEqualTo("ok");
            // A hole would mean that of two writes only the later one is there.
            long highest = found.stream().mapToLong(Long::longValue).max().orElse(0);
            assertThat(found).as("crash at call %s", when).hasSize((int) highest);
            int stored = store.writeNow(tx -> tx.execute("INSERT INTO number VALUES (0, '')"));
            assertThat(stored).isEqualTo(1);
        }
    }

    @Test
    @Timeout(120)
    void aCallThatFailsHarmsOneWriteOnly() throws Exception {
        failingCalls(120);
    }

    @Test
    @Tag("soak")
    @Timeout(1800)
    void aCallThatFailsHarmsOneWriteOnlyAtEveryPlace() throws Exception {
        failingCalls(3_000);
    }

    private void failingCalls(int highest) throws Exception {
        DiskShim shim = DiskShim.build(folder);
        Path data = Files.createDirectory(folder.resolve("data"));
        Path control = Files.createFile(folder.resolve("control"));
        Process process =
                shim.start(
                        data,
                        Map.of("DISK_CONTROL", control.toString()),
                        CountingProgram.command(
                                FailingWritesProgram.class,
                                data.resolve(DATABASE).toString(),
                                control.toString(),
                                Integer.toString(highest)));
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(lines).filteredOn(line -> line.startsWith("wrong")).isEmpty();
        assertThat(lines).last().isEqualTo("done");
        long failed = lines.stream().filter(line -> line.startsWith("failed")).count();
        System.out.println(failed + " of " + highest + " failing calls refused a write");
        assertThat(failed).isGreaterThan(highest / 2);
    }
}
