package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// The published packages of `src/test/peers`, installed once into a cache folder that is named by
/// the lock file, outside the source tree.
///
/// `ROOST_PEERS_DIR` names another parent for that folder. Where Node, npm, `script` (a terminal
/// for programs) or the registry is missing, the tests are skipped with a loud line; where `CI` is
/// `true` they fail.
final class PeerPackages {
    private static final Path SOURCES = Path.of("src", "test", "peers");
    private static final Duration INSTALL_TIME = Duration.ofMinutes(8);

    private PeerPackages() {}

    /// The folder that holds `node_modules`.
    static Path installed() {
        for (String tool : List.of("node", "npm", "script")) {
            if (!onPath(tool)) {
                missing("the program `" + tool + "` is not installed");
            }
        }
        try {
            return install();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Skips or fails the test, whichever this place asks for.
    static void missing(String what) {
        String message = "real peers cannot run: " + what;
        if ("true".equals(System.getenv("CI"))) {
            fail(message);
        }
        System.err.println("*** SKIPPED *** " + message);
        Assumptions.abort(message);
    }

    /// Both command lines look for a network before they reconnect, and loopback is none to them.
    static void requireNonLoopbackAddress() throws IOException {
        boolean present =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .anyMatch(a -> a instanceof Inet4Address && !a.isLoopbackAddress());
        if (!present) {
            missing("this host has no IPv4 address but loopback");
        }
    }

    private static Path install() throws IOException {
        Path folder = parent().resolve(lockDigest().substring(0, 16));
        Path done = folder.resolve(".installed");
        Files.createDirectories(folder);
        try (FileChannel lock =
                        FileChannel.open(
                                folder.resolve(".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var _ = lock.lock()) {
            if (!Files.exists(done)) {
                for (String file : List.of("package.json", "package-lock.json", ".npmrc")) {
                    Files.copy(
                            SOURCES.resolve(file),
                            folder.resolve(file),
                            StandardCopyOption.REPLACE_EXISTING);
                }
                npmInstall(folder);
                Files.createFile(done);
            }
        }
        return folder;
    }

    private static void npmInstall(Path folder) throws IOException {
        Path log = folder.resolve("install.log");
        Process npm =
                new ProcessBuilder("npm", "ci", "--omit=optional", "--ignore-scripts")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            if (!npm.waitFor(INSTALL_TIME.toSeconds(), TimeUnit.SECONDS)) {
                npm.destroyForcibly();
                missing("`npm ci` took longer than " + INSTALL_TIME);
            }
        } catch (InterruptedException e) {
            npm.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (npm.exitValue() != 0) {
            missing("`npm ci` failed, see " + log);
        }
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

    private static boolean onPath(String tool) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
