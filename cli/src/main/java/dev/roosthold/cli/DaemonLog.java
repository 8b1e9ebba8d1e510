package dev.roosthold.cli;

import java.io.IOException;
import java.nio.file.Path;

/// `daemon.log` in the home directory.
final class DaemonLog {
    private static final long MOST = 1 << 20;

    private DaemonLog() {}

    static Path file(Path home) {
        return home.resolve("daemon.log");
    }

    /// From here on the log of this process goes there too.
    ///
    /// @param onlyThere whether it goes nowhere else
    static void use(Path home, LogOptions options, boolean onlyThere) {
        try {
            options.applyTo(new BoundedFile(file(home), MOST), onlyThere);
        } catch (IOException e) {
            throw new CommandFailure("cannot write " + file(home) + ": " + e.getMessage(), "");
        }
    }
}
