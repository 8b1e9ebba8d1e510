package dev.roosthold.history.ipc;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/// Starts the sync daemon, so that it outlives whoever starts it. Returns at once.
@FunctionalInterface
public interface DaemonStarter {
    /// For those who only use one that runs.
    DaemonStarter NONE =
            () -> {
                throw new IOException("it is not running");
            };

    /// @return whether it has failed, so that nobody has to wait for it any more
    BooleanSupplier start() throws IOException;
}
