package dev.roosthold.cli;

import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "install",
        description =
                "Checks what is needed, makes the directories, and on request has the system start"
                        + " the sync daemon when you log in.")
final class SyncInstallCommand extends SyncAction {
    @Option(
            names = "--service",
            description = "Writes a user unit for systemd or an agent for launchd.")
    private boolean service;

    @Option(names = "--print", description = "Only shows the unit, and where it would be.")
    private boolean print;

    @Option(names = "--yes", description = "Replaces another unit without asking; it is kept.")
    private boolean yes;

    @Override
    int run() throws IOException, InterruptedException {
        SyncConfig config = sync.config();
        if (print) {
            return DaemonInstallCommand.install(unit(config), true, yes);
        }
        HistoryPlaces places = sync.places();
        List<Path> directories =
                List.of(
                        Objects.requireNonNull(config.socket().getParent()),
                        Objects.requireNonNull(config.database().getParent()),
                        Objects.requireNonNull(places.database().getParent()),
                        places.spool());
        for (Path directory : directories) {
            SyncFiles.directory(directory);
            if (SyncFiles.isOpenToOthers(directory)) {
                throw new CommandFailure(
                        directory + " can be written by others", "chmod go-w '" + directory + "'");
            }
        }
        sync.print(
                JsonObject.empty()
                        .with("socket", config.socket().toString())
                        .with("database", config.database().toString())
                        .with("history", places.database().toString()),
                "Java " + Runtime.version() + ", directories are there.",
                "Next: `roost sync init` on the first computer, `roost sync join` on others.");
        return service ? DaemonInstallCommand.install(unit(config), false, yes) : SyncStatus.DONE;
    }

    private ServiceFile unit(SyncConfig config) {
        Path home = SyncFiles.home(sync.environment());
        List<String> options = new ArrayList<>();
        if (!config.sources().getOrDefault("socketPath", "default").equals("default")) {
            options.add("--socket=" + config.socket());
        }
        String path = sync.environment().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return ServiceFile.syncLaunchd(home, options, Launcher.command(), path);
        }
        if (system.startsWith("windows")) {
            throw new CommandFailure(
                    "this system has neither systemd nor launchd",
                    "The task scheduler can start `roost sync daemon` at login.");
        }
        return ServiceFile.syncSystemd(home, options, Launcher.command(), path);
    }
}
