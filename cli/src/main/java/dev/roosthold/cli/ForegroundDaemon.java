package dev.roosthold.cli;

import dev.roosthold.daemon.DaemonConfig;
import dev.roosthold.daemon.DaemonEnd;
import dev.roosthold.daemon.MachineChange;
import dev.roosthold.daemon.MachineCredential;
import dev.roosthold.daemon.MachineDaemon;
import dev.roosthold.daemon.MachineListener;
import dev.roosthold.daemon.ShutdownSource;
import dev.roosthold.daemon.agents.AgentRunner;
import java.nio.file.Path;
import java.util.Optional;

/// Runs the machine daemon in this terminal until a signal ends it.
final class ForegroundDaemon {
    private ForegroundDaemon() {}

    /// Returns the exit status.
    static int run(Path home, MachineCredential credential) {
        var daemon =
                new MachineDaemon(
                        DaemonConfig.of(home, credential, Version.current()),
                        new Narrator(),
                        Optional.of(AgentRunner.factory()));
        Thread stopper = new Thread(() -> stop(daemon), "stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        return switch (daemon.run()) {
            case DaemonEnd.Requested _ -> 0;
            case DaemonEnd.NotAccepted(var message) -> throw new CommandFailure(message, "");
            case DaemonEnd.AlreadyRunning() ->
                    throw new CommandFailure(
                            "another daemon is running on this computer", "One is enough.");
        };
    }

    private static void stop(MachineDaemon daemon) {
        try {
            daemon.stop(ShutdownSource.OS_SIGNAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Tells the person at the terminal one line per change that matters to them.
    private static final class Narrator implements MachineListener {
        @Override
        public void changed(MachineChange change) {
            switch (change.to()) {
                case REGISTERING -> say("Connecting to " + change.detail() + " ...");
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
                case STOPPED -> say("Stopped.");
                case UNINITIALIZED, CONNECTING, STOPPING -> {}
            }
        }

        @Override
        public void notice(String text) {
            say(text);
        }

        private static void say(String line) {
            System.out.println(line);
        }
    }
}
