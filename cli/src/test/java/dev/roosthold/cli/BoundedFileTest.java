package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BoundedFileTest {
    @TempDir Path directory;

    @Test
    void neverMoreThanThreeFilesOfTheBoundAndNoLineIsTorn() throws IOException {
        Path file = directory.resolve("x.log");
        for (int process = 0; process < 2; process++) {
            try (var out = new BoundedFile(file, 1_000)) {
                for (int i = 0; i < 100; i++) {
                    out.write(
                            ("line " + i + " " + "x".repeat(50) + "\n")
                                    .getBytes(StandardCharsets.UTF_8));
                }
            }
        }

        List<Path> files = BoundedFile.all(file);
        assertThat(files)
                .containsExactly(directory.resolve("x.log.2"), directory.resolve("x.log.1"), file);
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).hasSize(3);
        }
        for (Path one : files) {
            assertThat(Files.size(one)).isLessThanOrEqualTo(1_000);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
                    .isEqualTo("rw-------");
            assertThat(Files.readAllLines(one)).allMatch(line -> line.matches("line \\d+ x{50}"));
        }
        List<String> last = Files.readAllLines(file);
        assertThat(last.getLast()).startsWith("line 99 ");
    }
}
