package dev.roosthold.history.ipc;

import java.io.IOException;

/// Starts the sync daemon, so that it outlives whoever starts it. Returns at once.
@FunctionalInterface
public interface DaemonStarter {
    /// For those who only use one that runs.
    DaemonStarter NONE =
            () -> {
                throw new IOException("it is not running");
            };

    void start() throws IOException;
}
