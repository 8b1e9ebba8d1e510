package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.conformance.faults.DiskCall;
import dev.roosthold.conformance.faults.DiskCall.Kind;
import dev.roosthold.conformance.faults.FaultyComputer;
import dev.roosthold.conformance.faults.UnsafeDisk;
import dev.roosthold.conformance.faults.UnsafeDisk.Loss;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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

    /// In the same record as the database, so that their order is known.
    private static final String ACKNOWLEDGED = DATABASE + ".acknowledged";

    @TempDir Path folder;

    @Test
    @Timeout(120)
    void nothingAcknowledgedIsLostWhenThePowerFailsAtAWrite() throws Exception {
        crashes(true);
    }

    @Test
    @Tag("soak")
    @Timeout(7200)
    void nothingAcknowledgedIsLostAtAnyWriteWhateverTheDiskKeeps() throws Exception {
        crashes(false);
    }

    /// @param share one kind of loss at every eighth call instead of all at all
    private void crashes(boolean share) throws Exception {
        List<DiskCall> calls = record();
        var random = new Random(20261126);
        var disk = new UnsafeDisk();
        Set<Long> acknowledged = new HashSet<>();
        int crashes = 0;
        int index = 0;
        Path crashed = Files.createDirectory(folder.resolve("crashed"));
        for (DiskCall call : calls) {
            disk.apply(call);
            index++;
            if (call.file().equals(ACKNOWLEDGED)) {
                acknowledged.add(
                        Long.parseLong(new String(call.data(), StandardCharsets.US_ASCII).strip()));
                continue;
            }
            for (Loss loss : Loss.values()) {
                int turn = index / 8 % Loss.values().length;
                if (share && (index % 8 != 0 || turn != loss.ordinal())) {
                    continue;
                }
                crashes++;
                UnsafeDisk.write(disk.after(loss, random), crashed, DATABASE);
                check(crashed, acknowledged, index + " " + loss);
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
        assertThat(calls).extracting(DiskCall::kind).contains(Kind.WRITE, Kind.FLUSH);
        assertThat(
                        calls.stream()
                                .anyMatch(
                                        call ->
                                                call.file().equals(DATABASE)
                                                        && call.offset() > 100_000))
                .as("the log was folded into the database meanwhile")
                .isTrue();
    }

    private List<DiskCall> record() throws Exception {
        Path data = folder.resolve("data");
        FaultyComputer computer = computer(data);
        Process process =
                start(
                        computer,
                        RecordedProgram.class,
                        data.resolve(DATABASE).toString(),
                        data.resolve(ACKNOWLEDGED).toString(),
                        Integer.toString(WRITES));
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return computer.calls();
    }

    private FaultyComputer computer(Path data) throws Exception {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        Optional<FaultyComputer> computer = FaultyComputer.build(tools, data, DATABASE);
        if (computer.isEmpty()) {
            System.err.println("SKIPPED: faults of the disk need Linux and a C compiler");
        }
        assumeTrue(computer.isPresent(), "Linux and a C compiler");
        return computer.get();
    }

    private static Process start(FaultyComputer computer, Class<?> program, String... arguments)
            throws IOException {
        List<String> command =
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
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(computer.environment());
        return builder.start();
    }

    private static void check(Path folder, Set<Long> acknowledged, String when) {
        try (var store =
                SqliteStore.open(
                        StoreConfig.of(folder.resolve(DATABASE))
                                .withMigrations(RecordedProgram.MIGRATIONS))) {
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
    @Timeout(7200)
    void aCallThatFailsHarmsOneWriteOnlyAtEveryPlace() throws Exception {
        failingCalls(3_000);
    }

    private void failingCalls(int highest) throws Exception {
        Path data = folder.resolve("data");
        FaultyComputer computer = computer(data);
        Process process =
                start(
                        computer,
                        FailingWritesProgram.class,
                        data.resolve(DATABASE).toString(),
                        String.valueOf(computer.environment().get("FAULT_CONTROL")),
                        Integer.toString(highest));
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
