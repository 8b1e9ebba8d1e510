package dev.roosthold.cli;

import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.config.SyncConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = "Shows and changes the settings of the sync daemon.",
        subcommands = {SyncConfigCommand.Get.class, SyncConfigCommand.Set.class})
final class SyncConfigCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "`get` or `set`?");
    }

    @Command(name = "get", description = "Shows a setting, or all, and where each comes from.")
    static final class Get extends SyncAction {
        @Parameters(arity = "0..1", paramLabel = "KEY", description = "One of the settings.")
        private @Nullable String key;

        @Override
        int run() {
            SyncConfig config = sync.config();
            JsonObject values = values(config);
            if (key != null && !values.has(key)) {
                throw new CommandFailure(
                        "there is no setting " + Printable.line(key, 60),
                        "There are: " + String.join(", ", SyncConfigFile.KEYS),
                        SyncStatus.USAGE);
            }
            JsonObject shown =
                    key == null
                            ? values
                            : JsonObject.empty().with(key, values.value(key).orElseThrow());
            List<String> lines = new ArrayList<>();
            for (String name : shown.names()) {
                lines.add(
                        name
                                + " = "
                                + Printable.line(Codec.printText(shown.value(name).orElseThrow()))
                                + "   ("
                                + config.sources().getOrDefault(name, "default")
                                + ")");
            }
            sync.print(shown, lines.toArray(String[]::new));
            return SyncStatus.DONE;
        }

        private static JsonObject values(SyncConfig config) {
            JsonObject file = SyncConfigFile.read(config.file());
            JsonObject values =
                    JsonObject.empty()
                            .with("relay", config.shownRelay())
                            .with("socketPath", config.socket().toString())
                            .with("cachePath", config.database().toString())
                            .with("logLevel", config.logLevel().text())
                            .with("cacheMaxSize", config.cacheMaxSize())
                            .with("syncIntervalMs", config.syncIntervalMs())
                            .with("offlineQueueTtlMs", config.queueTtlMs());
            values =
                    config.metrics().isPresent()
                            ? values.with(
                                    "metricsListen",
                                    config.metrics().get().host()
                                            + ":"
                                            + config.metrics().get().port())
                            : values.withNull("metricsListen");
            values =
                    values.with("allowInsecureRelay", file.flag("allowInsecureRelay").orElse(false))
                            .with("logFile", config.logFile().toString());
            return config.relayCaFile().isPresent()
                    ? values.with("relayCaFile", config.relayCaFile().get().toString())
                    : values.withNull("relayCaFile");
        }
    }

    @Command(
            name = "set",
            description = "Changes a setting in the file; what the daemon would refuse is refused.")
    static final class Set extends SyncAction {
        @Parameters(index = "0", paramLabel = "KEY", description = "One of the settings.")
        private String key = "";

        @Parameters(
                index = "1",
                paramLabel = "VALUE",
                description = "The new value; an empty text brings the default back.")
        private String value = "";

        @Override
        int run() throws IOException, InterruptedException {
            SyncConfig config = sync.config();
            Optional<SyncClient> running = sync.running();
            running.ifPresent(SyncClient::close);
            SyncConfigFile.set(config.file(), key, value, sync.environment());
            sync.print(
                    JsonObject.empty().with("key", key).with("restartNeeded", running.isPresent()),
                    "Written to " + config.file() + ".",
                    running.isPresent()
                            ? "The sync daemon that runs takes it after `roost sync restart`."
                            : "It holds from the next start of the sync daemon on.");
            return SyncStatus.DONE;
        }
    }
}
