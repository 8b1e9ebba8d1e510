package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.history.ipc.DaemonStarter;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.StartFailure;
import dev.roosthold.sync.config.ConfigException;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What every command of `roost sync` and `roost history` has: where the sync daemon is, and
/// whether a script reads the output.
final class SyncAccess {
    /// The child outlives the terminal: it ignores its end and leaves its session.
    private static final String DETACHED =
            "trap '' HUP; cd /; if command -v setsid >/dev/null 2>&1; then exec setsid \"$@\";"
                    + " else exec \"$@\"; fi";

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            description = "Socket of the sync daemon (default: ~/.config/cmdai/sync.sock).")
    private @Nullable String socket;

    @Option(names = "--json", description = "Prints one JSON object instead of text for people.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean json() {
        return json;
    }

    /// The variables of whoever runs the command.
    Map<String, String> environment() {
        return spec.root().commandLine().getDefaultValueProvider() instanceof OptionSources sources
                ? sources.environment()
                : System.getenv();
    }

    /// The settings of the sync daemon, as it would read them.
    SyncConfig config() {
        try {
            return SyncConfig.read(new SyncOptions(given(), false), environment());
        } catch (ConfigException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "`roost sync config` shows and changes the settings.",
                    SyncStatus.USAGE);
        }
    }

    private Map<String, String> given() {
        return SyncDaemonCommand.given(spec);
    }

    HistoryPlaces places() {
        return HistoryPlaces.of(environment());
    }

    History history() {
        return History.open(places(), Clock.systemUTC());
    }

    /// Connects to the sync daemon, and starts it when it does not run.
    SyncClient connect() throws InterruptedException {
        SyncConfig config = config();
        return SyncClient.connect(config.socket(), starter(config));
    }

    Optional<SyncClient> running() throws InterruptedException {
        return SyncClient.connectIfRunning(config().socket());
    }

    /// Starts the daemon with the same settings as this command was given.
    DaemonStarter starter(SyncConfig config) {
        return () -> {
            List<String> arguments = new ArrayList<>();
            given().forEach(
                            (option, value) -> {
                                if (List.of("--config", "--socket").contains(option)) {
                                    arguments.add(option + "=" + Path.of(value).toAbsolutePath());
                                }
                            });
            return start(config.socket(), arguments, environment());
        };
    }

    /// Starts a sync daemon in the background.
    ///
    /// @param environment what it finds its files by
    /// @return whether it has ended before it was up, and not for another that is
    static BooleanSupplier start(
            Path socket, List<String> arguments, Map<String, String> environment)
            throws IOException {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        List<String> command = new ArrayList<>();
        if (!windows) {
            command.addAll(List.of("/bin/sh", "-c", DETACHED, "roost-sync"));
        }
        command.addAll(Launcher.command());
        command.addAll(List.of("sync", "daemon", "--background"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Launcher.utf8(builder.environment());
        var nothing = new File(windows ? "NUL" : "/dev/null");
        Process process =
                builder.redirectInput(nothing)
                        .redirectErrorStream(true)
                        .redirectOutput(startLog(socket).toFile())
                        .start();
        return () ->
                !process.isAlive()
                        && process.exitValue() != 0
                        && process.exitValue() != StartFailure.RUNNING;
    }

    /// What a daemon says that does not come up.
    static Path startLog(Path socket) throws IOException {
        Path file = socket.resolveSibling(socket.getFileName() + ".start.log");
        dev.roosthold.client.files.PrivateFiles.prepare(file);
        return file;
    }

    /// Prints the object for a script, or the lines for people.
    void print(JsonObject object, String... lines) {
        if (json) {
            System.out.println(Codec.printText(object.tree()));
        } else {
            for (String line : lines) {
                System.out.println(line);
            }
        }
        System.out.flush();
    }

    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return "macos";
        }
        return system.startsWith("windows") ? "windows" : "linux";
    }
}
