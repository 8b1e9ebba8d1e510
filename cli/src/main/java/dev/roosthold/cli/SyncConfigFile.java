package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.sync.config.ConfigException;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncFiles;
import dev.roosthold.sync.config.SyncOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The file of the sync daemon's settings, changed one key at a time. What it would not start with
/// is not written.
final class SyncConfigFile {
    static final List<String> KEYS =
            List.of(
                    "relay",
                    "socketPath",
                    "cachePath",
                    "logLevel",
                    "cacheMaxSize",
                    "syncIntervalMs",
                    "offlineQueueTtlMs",
                    "metricsListen",
                    "allowInsecureRelay",
                    "logFile",
                    "relayCaFile");

    private static final List<String> NUMBERS =
            List.of("cacheMaxSize", "syncIntervalMs", "offlineQueueTtlMs");

    private SyncConfigFile() {}

    static JsonObject read(Path file) {
        try {
            return JsonObject.from(Codec.parse(Files.readAllBytes(file)))
                    .orElseThrow(() -> new MalformedJson("no object"));
        } catch (NoSuchFileException _) {
            return JsonObject.empty();
        } catch (IOException | MalformedJson _) {
            throw new CommandFailure(
                    file + " cannot be read as a JSON object", "", SyncStatus.USAGE);
        }
    }

    /// @param value empty takes the key out
    static void set(Path file, String key, String value, Map<String, String> environment)
            throws IOException {
        if (!KEYS.contains(key)) {
            throw new CommandFailure(
                    "there is no setting " + Printable.line(key, 60),
                    "There are: " + String.join(", ", KEYS),
                    SyncStatus.USAGE);
        }
        JsonObject before = read(file);
        JsonObject changed =
                value.isEmpty() ? before.without(key) : before.with(key, json(key, value));
        check(file, changed, environment);
        SyncFiles.directory(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        SyncFiles.write(file, pretty(changed));
    }

    private static JsonNode json(String key, String value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (NUMBERS.contains(key) && value.matches("-?[0-9]{1,18}")) {
            return nodes.numberNode(Long.parseLong(value));
        }
        if (key.equals("allowInsecureRelay") && value.matches("true|false")) {
            return nodes.booleanNode(Boolean.parseBoolean(value));
        }
        return nodes.stringNode(value);
    }

    /// The daemon's own check, on a file beside.
    private static void check(Path file, JsonObject changed, Map<String, String> environment)
            throws IOException {
        Path trial = Files.createTempFile("roost-sync", ".json");
        try {
            Files.write(trial, pretty(changed));
            SyncConfig _ =
                    SyncConfig.read(
                            new SyncOptions(Map.of("--config", trial.toString()), false),
                            Map.of("HOME", SyncFiles.home(environment).toString()));
        } catch (ConfigException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()).replace(trial.toString(), file.toString()),
                    "Nothing was changed.",
                    SyncStatus.USAGE);
        } finally {
            Files.deleteIfExists(trial);
        }
    }

    private static byte[] pretty(JsonObject json) {
        return (Codec.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(json.tree())
                        + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
