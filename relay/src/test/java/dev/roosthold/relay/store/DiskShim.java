package dev.roosthold.relay.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Builds the library that stands between a process and the disk, see `disk.c`.
///
/// @param library file to preload
record DiskShim(Path library) {

    /// Compiles it; without a C compiler the test is skipped, and says so.
    static DiskShim build(Path folder) throws IOException, InterruptedException {
        String compiler =
                Stream.of("/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang")
                        .filter(name -> Files.isExecutable(Path.of(name)))
                        .findFirst()
                        .orElse("");
        boolean linux = System.getProperty("os.name").equals("Linux");
        if (compiler.isEmpty() || !linux) {
            System.err.println("SKIPPED: faults of the disk need Linux and a C compiler");
        }
        assumeTrue(!compiler.isEmpty() && linux, "Linux and a C compiler");
        Path source = folder.resolve("disk.c");
        try (InputStream in = DiskShim.class.getResourceAsStream("/store/disk.c")) {
            if (in == null) {
                throw new IOException("disk.c is missing");
            }
            Files.copy(in, source);
        }
        Path library = folder.resolve("disk.so");
        Process build =
                new ProcessBuilder(
                                compiler,
                                "-O1",
                                "-shared",
                                "-fPIC",
                                "-o",
                                library.toString(),
                                source.toString(),
                                "-ldl",
                                "-lpthread")
                        .inheritIO()
                        .start();
        if (!build.waitFor(60, TimeUnit.SECONDS) || build.exitValue() != 0) {
            throw new IOException("disk.c does not compile");
        }
        return new DiskShim(library);
    }

    /// A process on the watched folder.
    ///
    /// @param settings more variables, see `disk.c`
    Process start(Path watched, Map<String, String> settings, List<String> command)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LD_PRELOAD", library.toString());
        builder.environment().put("DISK_FOLDER", watched.toRealPath().toString());
        builder.environment().putAll(settings);
        return builder.start();
    }
}
