package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
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

    /// A change may concern a library of ours alone, the page's for one; then Maven leaves the
    /// jar of the program as it is.
    @Test
    void buildsOnceForAChangeAndStartsWithoutAWordAfterwards() throws Exception {
        Path checkout = Files.createDirectories(directory.resolve("checkout"));
        Path script = Files.copy(SCRIPT, checkout.resolve("roost"));
        Files.createDirectories(checkout.resolve("web/src"));
        Files.writeString(checkout.resolve("web/build.sh"), "exit 0\n");
        Files.createDirectories(checkout.resolve("cli/target/lib"));
        Path maven = checkout.resolve("mvnw");
        Files.writeString(
                maven,
                """
                #!/bin/sh
                echo built >> builds
                cp next.jar cli/target/lib/page.jar
                [ -f cli/target/roost.jar ] || cp program.jar cli/target/roost.jar
                """);
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        jar(
                checkout.resolve("program.jar"),
                source(
                        "Main",
                        "public static void main(String[] words) { System.out.println(0); }"),
                source("StartupTraining", "public static void main(String[] words) {}"));

        jar(
                checkout.resolve("next.jar"),
                source("Other", "static final String WORD = \"first\";"));
        Files.writeString(checkout.resolve("pom.xml"), "first");
        assertThat(run(script, "word").errors()).startsWith("Building Roosthold");
        assertThat(run(script, "word")).isEqualTo(new Result(0, "0\n", ""));

        jar(
                checkout.resolve("next.jar"),
                source("Other", "static final String WORD = \"the second, which is longer\";"));
        Files.writeString(checkout.resolve("web/src/page.ts"), "changed");
        assertThat(run(script, "word").errors())
                .startsWith("Building Roosthold")
                .hasLineCount(1);
        assertThat(run(script, "word")).isEqualTo(new Result(0, "0\n", ""));
        assertThat(Files.readAllLines(checkout.resolve("builds"))).hasSize(2);

        // Whoever builds with Maven, without the script, changes a library the same way.
        Files.copy(
                checkout.resolve("program.jar"),
                checkout.resolve("cli/target/lib/page.jar"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(run(script, "word")).isEqualTo(new Result(0, "0\n", ""));
    }

    private record Source(String name, String text) {}

    private static Source source(String name, String body) {
        return new Source(
                name, "package dev.roosthold.cli; public class " + name + " { " + body + " }");
    }

    private void jar(Path file, Source... sources) throws IOException {
        Path classes = Files.createTempDirectory(directory, "classes");
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
        for (Source source : sources) {
            arguments.add(
                    Files.writeString(classes.resolve(source.name() + ".java"), source.text())
                            .toString());
        }
        assertThat(
                        ToolProvider.findFirst("javac")
                                .orElseThrow()
                                .run(System.out, System.err, arguments.toArray(String[]::new)))
                .isZero();
        assertThat(
                        ToolProvider.findFirst("jar")
                                .orElseThrow()
                                .run(
                                        System.out,
                                        System.err,
                                        "--create",
                                        "--file",
                                        file.toString(),
                                        "-C",
                                        classes.toString(),
                                        "."))
                .isZero();
    }

    private Result run(Path script) throws IOException, InterruptedException {
        return run(script, "--java-home");
    }

    private Result run(Path script, String word) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder("sh", script.toString(), word)
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
