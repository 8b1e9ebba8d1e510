package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The published client, installed once into the build folder from the lock file.
final class NpmPackages {

    private static final Path SOURCE = Path.of("src/test/npm");
    private static final Path FOLDER = Path.of("target/npm");
    private static final List<String> FILES =
            List.of("package.json", "package-lock.json", "client.mjs");

    private NpmPackages() {}

    /// The folder with the client script and its packages.
    static synchronized Path folder() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        try (var channel =
                        FileChannel.open(
                                FOLDER.resolve(".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            var installed = FOLDER.resolve("node_modules/.installed");
            var wanted = Files.readString(SOURCE.resolve("package-lock.json"));
            for (var file : FILES) {
                Files.copy(
                        SOURCE.resolve(file),
                        FOLDER.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            if (!Files.exists(installed) || !Files.readString(installed).equals(wanted)) {
                install();
                Files.writeString(installed, wanted);
            }
        }
        return FOLDER;
    }

    private static void install() throws IOException, InterruptedException {
        var npm =
                new ProcessBuilder("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")
                        .directory(FOLDER.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(FOLDER.resolve("npm.log").toFile())
                        .start();
        assertThat(npm.waitFor(3, TimeUnit.MINUTES)).as("npm ci ends").isTrue();
        assertThat(npm.exitValue()).as(() -> "npm ci: " + read(FOLDER.resolve("npm.log"))).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
