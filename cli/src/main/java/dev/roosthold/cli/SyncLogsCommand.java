package dev.roosthold.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "logs", description = "Shows what the sync daemon has logged.")
final class SyncLogsCommand extends SyncAction {
    @Option(
            names = {"-n", "--lines"},
            defaultValue = "100",
            paramLabel = "N",
            description = "How many of the last lines (default: 100).")
    private int lines;

    @Option(
            names = {"-f", "--follow"},
            description = "Stays and shows what is logged from now on; Ctrl-C ends it.")
    private boolean follow;

    /// There is one log; the option is there for those who expect it.
    @Option(names = "--daemon", hidden = true)
    private boolean daemon;

    @Override
    int run() throws IOException, InterruptedException {
        return DaemonLogsCommand.show(sync.config().logFile(), lines, follow);
    }
}
