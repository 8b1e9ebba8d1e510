package dev.roosthold.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The `roost` that is measured.
final class Launcher {
    private Launcher() {}

    /// The one that was named, else `bin/roost` of the distribution in `dist/target`, if one was
    /// built, else `./roost`.
    ///
    /// @param args of the program
    /// @param at where among them a command may be named
    static String named(String[] args, int at) throws IOException {
        if (args.length > at) {
            return args[at];
        }
        Path built = Path.of("dist/target");
        if (Files.isDirectory(built)) {
            try (Stream<Path> folders = Files.list(built)) {
                var packaged =
                        folders.map(folder -> folder.resolve("bin/roost").toAbsolutePath())
                                .filter(Files::isExecutable)
                                .findFirst();
                if (packaged.isPresent()) {
                    return packaged.get().toString();
                }
            }
        }
        return "./roost";
    }

    /// Makes what the first start of a distribution makes in the background, and a checkout before
    /// it starts: nothing may run beside what is measured.
    static void prepare(String roost) throws IOException, InterruptedException {
        Path maker =
                Path.of(roost)
                        .toAbsolutePath()
                        .resolve("../../libexec/make-start-cache")
                        .normalize();
        boolean makes = Files.isExecutable(maker);
        var builder =
                makes
                        ? new ProcessBuilder(maker.toString())
                        : new ProcessBuilder(roost, "--version");
        Process process =
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException(roost + " does not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    makes ? "the start-up cache could not be made" : roost + " does not work");
        }
    }
}
