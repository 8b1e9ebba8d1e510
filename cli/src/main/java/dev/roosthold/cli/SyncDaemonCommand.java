package dev.roosthold.cli;

import dev.roosthold.sync.SyncDaemon;
import dev.roosthold.sync.config.SyncOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "daemon",
        description = {
            "Runs the sync daemon, in the foreground. The other `roost sync` commands start it when"
                    + " they need it.",
            "Every option can also be given as CARO_SYNC_<OPTION> in the environment or in the file"
                    + " that --config names (default: ~/.config/cmdai/sync-daemon.json)."
        },
        footer = {
            "",
            "Exit status: 0 stopped, 74 the database cannot be written, 75 another daemon is"
                    + " running, 77 a file or directory is open to others, 78 a setting is wrong."
        })
final class SyncDaemonCommand implements Callable<Integer> {
    /// Those that have a value.
    static final Set<String> OPTIONS =
            Set.of(
                    "--relay",
                    "--socket",
                    "--cache",
                    "--log-level",
                    "--log-file",
                    "--metrics-listen");

    @Option(names = "--relay", paramLabel = "URL", description = "Relay, ws:// or wss://.")
    private @Nullable String relay;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            description = "Socket to listen on (default: ~/.config/cmdai/sync.sock).")
    private @Nullable String socket;

    @Option(
            names = "--cache",
            paramLabel = "FILE",
            description = "Database of cache and queue (default: ~/.cache/cmdai/sync.db).")
    private @Nullable String cache;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "trace, debug, info, warn or error (default: info).")
    private @Nullable String logLevel;

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description = "Log file of the daemon in the background.")
    private @Nullable String logFile;

    @Option(
            names = "--metrics-listen",
            paramLabel = "HOST:PORT",
            description = "Loopback address on which metrics are served (default: none).")
    private @Nullable String metricsListen;

    /// Of the commands that start it: nobody reads standard error.
    @Option(names = "--background", hidden = true)
    private boolean background;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        return SyncDaemon.run(
                new SyncOptions(given(spec), background), System.getenv(), Version.current());
    }

    /// What was written on the command line. The variables and the file of the other commands do
    /// not count here: the sync daemon has its own.
    static Map<String, String> given(CommandSpec spec) {
        Map<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (option.typedValues().size() == 1
                    && option.typedValues().getFirst() instanceof Object value) {
                given.put(option.longestName(), value.toString());
            }
        }
        return given;
    }
}
