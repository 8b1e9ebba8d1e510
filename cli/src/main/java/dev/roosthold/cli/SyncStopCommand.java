package dev.roosthold.cli;

import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.protocol.JsonObject;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
        name = "stop",
        description = "Stops the sync daemon. What waits is kept and sent after its next start.")
final class SyncStopCommand extends SyncAction {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(25);

    @Override
    int run() throws InterruptedException {
        boolean ran = stop(sync);
        sync.print(
                JsonObject.empty().with("stopped", ran),
                ran ? "The sync daemon has stopped." : "No sync daemon runs.");
        return SyncStatus.DONE;
    }

    /// Returns when it has ended.
    ///
    /// @return whether one ran
    static boolean stop(SyncAccess sync) throws InterruptedException {
        Optional<SyncClient> running = sync.running();
        if (running.isEmpty()) {
            return false;
        }
        try (SyncClient client = running.get()) {
            client.shutdown("asked on the command line");
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<SyncClient> still = sync.running();
            if (still.isEmpty()) {
                return true;
            }
            still.get().close();
            if (System.nanoTime() - end > 0) {
                throw new CommandFailure(
                        "the sync daemon does not stop", "Its log: `roost sync logs`.");
            }
            Thread.sleep(LOOK);
        }
    }

    @Command(name = "restart", description = "Stops the sync daemon and starts it again.")
    static final class Restart extends SyncAction {
        @Override
        int run() throws InterruptedException {
            boolean ran = stop(sync);
            try (SyncClient client = sync.connect()) {
                String version = client.ping().version();
                sync.print(
                        JsonObject.empty().with("restarted", ran).with("version", version),
                        "The sync daemon runs"
                                + (ran ? " again" : "")
                                + ", version "
                                + version
                                + ".");
                return SyncStatus.DONE;
            }
        }
    }
}
