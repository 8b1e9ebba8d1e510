package dev.roosthold.jazz.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The published packages, installed once into the build folder from the lock file (26 MB to
/// download).
public final class NpmPackages {
    private static final List<String> FILES =
            List.of(
                    "package.json",
                    "package-lock.json",
                    ".npmrc",
                    "absent/package.json",
                    "relay.mjs",
                    "client.mjs");

    private NpmPackages() {}

    /// The folder with the scripts and their packages.
    ///
    /// @param module the folder of the module `jazz`
    public static synchronized Path folder(Path module) {
        Path source = module.resolve("src/test/npm");
        Path folder = module.resolve("target/npm");
        try {
            Files.createDirectories(folder.resolve("absent"));
            try (var channel =
                            FileChannel.open(
                                    folder.resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                var installed = folder.resolve("node_modules/.installed");
                var wanted = Files.readString(source.resolve("package-lock.json"));
                for (var file : FILES) {
                    Files.copy(
                            source.resolve(file),
                            folder.resolve(file),
                            StandardCopyOption.REPLACE_EXISTING);
                }
                if (!Files.exists(installed) || !Files.readString(installed).equals(wanted)) {
                    install(folder);
                    Files.writeString(installed, wanted);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void install(Path folder) throws IOException {
        var log = folder.resolve("npm.log");
        var npm =
                new ProcessBuilder("npm", "ci", "--ignore-scripts", "--prefer-offline")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(npm.waitFor(4, TimeUnit.MINUTES)).as("npm ci ends").isTrue();
        } catch (InterruptedException e) {
            npm.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        assertThat(npm.exitValue()).as("npm ci, see " + log).isZero();
    }
}
