package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The operating system refuses to write: commits themselves fail, not statements. The limit on
/// the size of files stands in for the broken disk, as it can be lifted while the process runs.
class DiskFaultTest {
    @TempDir Path directory;

    @Test
    @Timeout(60)
    void commitsFailReadsGoOnAndTheSameProcessRecovers() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "prlimit lifts the limit");
        var command = new ArrayList<>(List.of("/usr/bin/prlimit", "--fsize=2097152:", "--"));
        command.addAll(
                CountingProgram.command(
                        DiskFaultProgram.class, directory.resolve("relay.db").toString()));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            long stored = number(out, "stored ");
            assertThat(stored).isPositive();
            assertThat(line(out, "failed ")).contains("the disk reports an error");
            assertThat(number(out, "read ")).isEqualTo(stored);
            Process lift =
                    new ProcessBuilder(
                                    "/usr/bin/prlimit",
                                    "--pid",
                                    Long.toString(process.pid()),
                                    "--fsize=unlimited:")
                            .inheritIO()
                            .start();
            assertThat(lift.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(number(out, "recovered ")).isEqualTo(stored + 1);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static long number(BufferedReader out, String prefix) throws IOException {
        return Long.parseLong(line(out, prefix));
    }

    /// What follows the prefix in the next line that has it; the lines between are log lines.
    private static String line(BufferedReader out, String prefix) throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith(prefix)) {
            line = out.readLine();
        }
        assertThat(line).as("line that begins with %s", prefix).isNotNull();
        return line.substring(prefix.length());
    }
}
