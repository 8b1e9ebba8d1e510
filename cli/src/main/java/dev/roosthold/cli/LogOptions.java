package dev.roosthold.cli;

import java.io.OutputStream;
import picocli.CommandLine.Option;

/// What the program writes to standard error about itself.
final class LogOptions {
    enum Format {
        TEXT,
        JSON
    }

    enum Level {
        OFF,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    @Option(
            names = "--log-format",
            defaultValue = "text",
            paramLabel = "FORMAT",
            description = "text for people, json for programs: one object for each line.")
    private Format format;

    @Option(
            names = "--log-level",
            defaultValue = "info",
            paramLabel = "LEVEL",
            description = "How much is logged: off, error, warn, info, debug or trace.")
    private Level level;

    /// From here on the log is written like this to a file as well.
    ///
    /// @param onlyThere not to standard error any more; otherwise that gets warnings and errors
    void applyTo(OutputStream file, boolean onlyThere) {
        Log.use(format, level);
        Log.alsoTo(file, format, onlyThere);
    }

    /// From here on the log is written like this.
    void apply() {
        Log.use(format, level);
    }
}
