package dev.roosthold.cli;

import dev.roosthold.daemon.DaemonConfig;
import dev.roosthold.daemon.DaemonEnd;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.HostFacts;
import dev.roosthold.daemon.MachineChange;
import dev.roosthold.daemon.MachineDaemon;
import dev.roosthold.daemon.MachineIdentity;
import dev.roosthold.daemon.MachineListener;
import dev.roosthold.daemon.ShutdownSource;
import dev.roosthold.daemon.agents.AgentRunner;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.sync.config.ConfigException;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the machine daemon in this process until it is stopped.
final class ForegroundDaemon {
    /// The relay does not accept this machine: running it again changes nothing.
    static final int NOT_ACCEPTED = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ForegroundDaemon.class);

    private ForegroundDaemon() {}

    /// Returns the exit status.
    ///
    /// @param silent tells nothing on standard output; the log has it in any case
    static int run(Path home, MachineIdentity identity, boolean silent) {
        LOG.info("The machine daemon {} starts", Version.current());
        Optional<CommandHistory> history = history();
        try {
            return run(home, identity, silent, history);
        } finally {
            history.ifPresent(CommandHistory::close);
        }
    }

    /// Without it the machine works like any other.
    private static Optional<CommandHistory> history() {
        try {
            SyncConfig config = SyncConfig.read(new SyncOptions(Map.of(), true), System.getenv());
            return Optional.of(
                    CommandHistory.open(
                            HistoryPlaces.of(System.getenv()),
                            config.socket(),
                            () -> SyncAccess.start(config.socket(), List.of(), System.getenv()),
                            HostFacts.detect().host(),
                            Clock.systemUTC()));
        } catch (ConfigException e) {
            LOG.warn("No history of commands is kept: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static int run(
            Path home, MachineIdentity identity, boolean silent, Optional<CommandHistory> history) {
        var daemon =
                new MachineDaemon(
                        DaemonConfig.of(home, identity, Version.current()),
                        new Narrator(silent),
                        Optional.of(AgentRunner.factory()),
                        history);
        Thread stopper = new Thread(() -> stop(daemon), "stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        try {
            return switch (daemon.run()) {
                case DaemonEnd.Requested _ -> 0;
                case DaemonEnd.NotAccepted(var message) -> {
                    LOG.error("Stopped: {}", message);
                    new CommandFailure(message, "").print(System.err);
                    yield NOT_ACCEPTED;
                }
                case DaemonEnd.AlreadyRunning() ->
                        throw new CommandFailure(
                                "another daemon is running on this computer", "One is enough.");
            };
        } catch (DaemonException e) {
            LOG.error("Stopped", e);
            throw e;
        }
    }

    private static void stop(MachineDaemon daemon) {
        try {
            daemon.stop(ShutdownSource.OS_SIGNAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Tells the person at the terminal one line per change that matters to them, and the log of
    /// all.
    private static final class Narrator implements MachineListener {
        private final boolean silent;

        Narrator(boolean silent) {
            this.silent = silent;
        }

        @Override
        public void changed(MachineChange change) {
            switch (change.to()) {
                case REGISTERING -> say("Connecting to " + change.detail() + " ...");
                case WAITING_APPROVAL ->
                        say(
                                "Code: "
                                        + change.detail()
                                        + "  - approve this machine in the web page if it shows the"
                                        + " same.");
                case READY -> say("Connected. This computer is online; Ctrl-C stops it.");
                case ERROR ->
                        say(
                                "Not connected: "
                                        + change.detail()
                                        + change.retryIn()
                                                .map(
                                                        pause ->
                                                                "; trying again in "
                                                                        + Math.max(
                                                                                1,
                                                                                pause.toSeconds())
                                                                        + " s")
                                                .orElse(""));
                case STOPPING -> LOG.info("Stopping: {}", change.detail());
                case STOPPED -> say("Stopped.");
                case UNINITIALIZED, CONNECTING -> {}
            }
        }

        @Override
        public void notice(String text) {
            say(text);
        }

        private void say(String line) {
            LOG.info(line);
            if (!silent) {
                System.out.println(line);
            }
        }
    }
}
