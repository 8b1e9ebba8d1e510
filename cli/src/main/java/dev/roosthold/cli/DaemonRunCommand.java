package dev.roosthold.cli;

import dev.roosthold.daemon.MachineIdentity;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = "Connects this computer to its relay and stays, in the foreground.",
        footer = {
            "",
            "Exit status: 0 stopped, 1 failed, 2 called wrongly, 5 the relay does not accept this"
                    + " machine any more, 143 ended by SIGTERM."
        })
final class DaemonRunCommand implements Callable<Integer> {
    @Mixin private HomeOption home;
    @Mixin private RootOption root;
    @Mixin private LogOptions log;

    /// Of `roost daemon start`: nobody reads standard output.
    @Option(names = "--background", hidden = true)
    private boolean background;

    @Override
    public Integer call() {
        // A wrong variable of the environment is said now and not as a failure of the connection.
        Relays.options();
        Path directory = home.path();
        MachineIdentity identity = DaemonHome.identity(directory, root.path());
        DaemonLog.use(directory, log, background);
        return ForegroundDaemon.run(directory, identity, background);
    }
}
