package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// The published packages of `src/test/jazz` and the scripts that use them, installed once into a
/// cache folder that is named by the lock file.
///
/// `ROOST_PEERS_DIR` names another parent for it. Where Node, npm or the registry is missing the
/// tests are skipped with a loud line; where `CI` is `true` they fail.
final class JazzPackages {
    private static final Path SOURCES = Path.of("src", "test", "jazz");
    private static final List<String> PACKAGES =
            List.of("package.json", "package-lock.json", ".npmrc");
    private static final List<String> SCRIPTS = List.of("peer.mjs", "tools.mjs");

    private JazzPackages() {}

    /// The folder with the scripts and their packages.
    static synchronized Path installed() {
        try {
            Path folder = parent().resolve("jazz-" + lockDigest().substring(0, 16));
            Files.createDirectories(folder);
            try (FileChannel lock =
                            FileChannel.open(
                                    folder.resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var _ = lock.lock()) {
                copy(SCRIPTS, folder);
                Path done = folder.resolve(".installed");
                if (!Files.exists(done)) {
                    copy(PACKAGES, folder);
                    install(folder);
                    Files.createFile(done);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void copy(List<String> files, Path folder) throws IOException {
        for (String file : files) {
            Files.copy(
                    SOURCES.resolve(file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void install(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("install.log");
        Process npm;
        try {
            npm =
                    // Not `npm ci`, which wants the lock file to name the native packages of every
                    // system too. The versions are those of the lock file all the same.
                    new ProcessBuilder(
                                    "npm",
                                    "install",
                                    "--no-save",
                                    "--omit=optional",
                                    "--ignore-scripts")
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
        } catch (IOException e) {
            missing("npm cannot be run: " + e.getMessage());
            return;
        }
        if (!npm.waitFor(5, TimeUnit.MINUTES)) {
            npm.destroyForcibly();
            missing("`npm install` took longer than 5 minutes");
        }
        if (npm.exitValue() != 0) {
            missing("`npm install` failed, see " + log);
        }
    }

    private static void missing(String what) {
        String message = "real Jazz clients cannot run: " + what;
        if ("true".equals(System.getenv("CI"))) {
            fail(message);
        }
        System.err.println("*** SKIPPED *** " + message);
        Assumptions.abort(message);
    }

    private static Path parent() {
        Map<String, String> env = System.getenv();
        String chosen = env.get("ROOST_PEERS_DIR");
        if (chosen != null) {
            return Path.of(chosen);
        }
        String cache =
                env.getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
        return Path.of(cache, "roosthold", "peers");
    }

    private static String lockDigest() throws IOException {
        try {
            byte[] lock = Files.readAllBytes(SOURCES.resolve("package-lock.json"));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(lock));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
