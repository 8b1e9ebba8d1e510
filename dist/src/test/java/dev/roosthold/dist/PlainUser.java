package dev.roosthold.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Somebody with a home directory, without rights beyond it, and with nothing on the path but a few
/// tools of every Linux: no Java, no Node.js. When root runs the tests this is a user of its own.
final class PlainUser {
    private static final String ID = "64321";
    private static final int PATIENCE_SECONDS = 120;

    private static final List<String> TOOLS =
            List.of(
                    "sh",
                    "tar",
                    "gzip",
                    "readlink",
                    "mkdir",
                    "rmdir",
                    "rm",
                    "mv",
                    "cp",
                    "ln",
                    "find",
                    "chmod",
                    "nice",
                    "sleep",
                    "cat");

    private final Path home;
    private final Path tools;

    /// @param status exit status
    /// @param output what it wrote to standard output and error
    record Result(int status, String output) {}

    /// @param directory becomes readable for all, and so do the folders above it that are ours
    PlainUser(Path directory) throws IOException {
        allow(directory);
        tools = Files.createDirectory(directory.resolve("tools"));
        allow(tools);
        for (String tool : TOOLS) {
            Path found =
                    List.of("/bin", "/usr/bin").stream()
                            .map(folder -> Path.of(folder, tool))
                            .filter(Files::isExecutable)
                            .findFirst()
                            .orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), found);
        }
        home = Files.createDirectory(directory.resolve("home of somebody"));
        allow(home);
        if (isRoot()) {
            Files.setAttribute(home, "unix:uid", Integer.valueOf(ID));
            Files.setAttribute(home, "unix:gid", Integer.valueOf(ID));
        }
    }

    Path home() {
        return home;
    }

    /// Runs a command to its end; fails when that takes too long.
    Result run(Map<String, String> environment, Object... command) {
        try {
            Path output = Files.createTempFile("output", "");
            Process process = start(environment, output, command);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " did not end");
            }
            String text = Files.readString(output);
            Files.delete(output);
            return new Result(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Runs a command that must succeed, and returns what it wrote.
    String ok(Map<String, String> environment, Object... command) {
        Result result = run(environment, command);
        assertThat(result.status()).as("%s: %s", List.of(command), result.output()).isZero();
        return result.output();
    }

    String ok(Object... command) {
        return ok(Map.of(), command);
    }

    /// @param environment besides HOME and PATH
    Process start(Map<String, String> environment, Path output, Object... command)
            throws IOException {
        List<String> words = new ArrayList<>();
        if (isRoot()) {
            words.addAll(
                    List.of(
                            "/usr/bin/setpriv",
                            "--reuid=" + ID,
                            "--regid=" + ID,
                            "--clear-groups",
                            "--no-new-privs"));
        }
        for (Object word : command) {
            words.add(word.toString());
        }
        var builder =
                new ProcessBuilder(words)
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Map<String, String> all = new HashMap<>(environment);
        all.put("HOME", home.toString());
        all.put("PATH", tools.toString());
        builder.environment().clear();
        builder.environment().putAll(all);
        return builder.start();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void allow(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
