package dev.roosthold.sync;

import dev.roosthold.sync.config.SyncOptions;
import java.util.Map;

/// The sync daemon as a program.
public final class SyncDaemon {
    private SyncDaemon() {}

    /// Runs until it is told to stop.
    ///
    /// @return the exit status: 0 stopped, 74 the database cannot be written, 75 another daemon is
    ///     running, 77 a file or directory is open to others, 78 a setting is wrong
    public static int run(SyncOptions options, Map<String, String> environment, String version) {
        throw new UnsupportedOperationException("not yet");
    }
}
