package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The `roost` script of a checkout.
final class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "roost");

    @TempDir Path directory;

    private record Result(int status, String output, String errors) {}

    @Test
    void findsAJdkThatIsNewEnoughWhateverTheDefaultIs() throws Exception {
        Result result = run(SCRIPT);

        assertThat(result.status()).as(result.errors()).isZero();
        assertThat(Files.readString(Path.of(result.output().strip(), "release")))
                .containsPattern("JAVA_VERSION=\"(2[5-9]|[3-9]\\d)");
    }

    @Test
    void saysWhatToInstallWhenEveryJdkIsTooOld() throws Exception {
        Path demanding = directory.resolve("roost");
        Files.writeString(
                demanding, Files.readString(SCRIPT).replaceFirst("needed=25", "needed=99"));

        Result result = run(demanding);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).isEmpty();
        assertThat(result.errors())
                .startsWith("error: Roosthold needs a JDK 99 or newer; found only:")
                .contains("Install one");
    }

    private Result run(Path script) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder("sh", script.toString(), "--java-home")
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Result(
                process.exitValue(),
                Files.readString(output, StandardCharsets.UTF_8),
                Files.readString(errors, StandardCharsets.UTF_8));
    }
}
