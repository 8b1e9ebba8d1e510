package dev.roosthold.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.conformance.faults.UnsafeDisk.Loss;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Programs of the system see the disk and the clock of a computer that breaks.
@Timeout(60)
class FaultyComputerTest {
    private static final String DATABASE = "data.db";

    @TempDir Path tools;
    @TempDir Path folder;
    private FaultyComputer computer;

    private record Ran(int status, String printed) {}

    @BeforeEach
    void build() throws Exception {
        Optional<FaultyComputer> built = FaultyComputer.build(tools, folder, DATABASE);
        if (built.isEmpty()) {
            System.err.println("SKIPPED: a computer that breaks needs Linux and a C compiler");
        }
        assumeTrue(built.isPresent(), "Linux and a C compiler");
        computer = built.get();
    }

    @Test
    void itsClockIsSetForwardAndBack() throws Exception {
        for (Duration ahead :
                List.of(Duration.ofHours(30), Duration.ofMillis(-86_400_500), Duration.ZERO)) {
            computer.setClock(ahead);

            double shown = Double.parseDouble(run("date", "+%s.%N").printed().strip());

            double expected = Instant.now().plus(ahead).toEpochMilli() / 1000.0;
            assertThat(shown).as("%s", ahead).isBetween(expected - 20, expected + 0.001);
        }
    }

    @Test
    void aFullDiskRefusesEveryWriteUntilItIsMended() throws Exception {
        computer.fillDisk();
        Ran first = write("x", "other", false);
        Ran second = write("x", "other", false);
        computer.mendDisk();

        assertThat(first.status()).isNotZero();
        assertThat(first.printed()).contains("No space left on device");
        assertThat(second.status()).isNotZero();
        assertThat(write("x", "other", false).status()).isZero();
    }

    @Test
    void oneCallFails() throws Exception {
        computer.failCall(2);

        // The first call writes, the second one flushes.
        assertThat(write("x", "other", true).status()).isNotZero();
        assertThat(write("x", "other", true).status()).isZero();
    }

    @Test
    void theDiskElsewhereIsWhole(@TempDir Path elsewhere) throws Exception {
        computer.fillDisk();

        assertThat(run("cp", "/proc/self/status", elsewhere.resolve("copy").toString()).status())
                .isZero();
    }

    @Test
    void thePowerTakesWhatWasNotFlushed() throws Exception {
        Ran _ = write("flushed", DATABASE, true);
        Ran _ = write("not flushed", DATABASE + "-wal", false);

        computer.losePower(Loss.EVERYTHING, new Random(1));

        assertThat(folder.resolve(DATABASE)).hasContent("flushed");
        assertThat(folder.resolve(DATABASE + "-wal")).doesNotExist();
    }

    @Test
    void whatSurvivedAPowerFailureSurvivesTheNextOne() throws Exception {
        Ran _ = write("kept", DATABASE, false);
        computer.losePower(Loss.NOTHING, new Random(1));
        Ran _ = write("more", DATABASE + "-wal", false);

        computer.losePower(Loss.EVERYTHING, new Random(1));

        assertThat(folder.resolve(DATABASE)).hasContent("kept");
        assertThat(folder.resolve(DATABASE + "-wal")).doesNotExist();
    }

    /// A process may die between a call and its record, and within the record.
    @Test
    void whatADyingProcessDidWithoutARecordIsInTheFiles() throws Exception {
        Ran _ = write("first", DATABASE, false);
        Path record = tools.resolve("record");
        byte[] whole = Files.readAllBytes(record);
        Files.write(record, Arrays.copyOf(whole, whole.length - 3));
        computer.loseProcess();
        Ran _ = write("second", DATABASE + "-wal", true);

        computer.losePower(Loss.NOTHING, new Random(1));
        assertThat(folder.resolve(DATABASE)).hasContent("first");
        assertThat(folder.resolve(DATABASE + "-wal")).hasContent("second");

        Ran _ = write("third", DATABASE, false);
        Files.write(record, new byte[0]);
        computer.loseProcess();
        computer.losePower(Loss.EVERYTHING, new Random(1));
        assertThat(folder.resolve(DATABASE)).hasContent("first");
    }

    @Test
    void aTornWriteLeavesWholeSectors() throws Exception {
        Ran _ = write("a".repeat(2_000), DATABASE, false);
        var random = new Random(4);

        computer.losePower(Loss.TORN, random);

        assertThat(Files.size(folder.resolve(DATABASE))).isIn(0L, 512L, 1_024L, 1_536L, 2_000L);
        assertThat(Files.size(folder.resolve(DATABASE))).isLessThan(2_000L);
    }

    private Ran write(String text, String file, boolean flush) throws Exception {
        Path source = Files.writeString(tools.resolve("source"), text);
        return run(
                "dd",
                "if=" + source,
                "of=" + folder.resolve(file),
                "bs=1M",
                "conv=notrunc" + (flush ? ",fsync" : ""),
                "status=none");
    }

    private Ran run(String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true);
        builder.environment().putAll(computer.environment());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), printed);
    }
}
