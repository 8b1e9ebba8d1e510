package dev.roosthold.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Where the value of an option comes from when it was not written on the command line:
/// `ROOST_<OPTION>` in the environment, then `<option>` in the settings file, then the default of
/// the option. `--data-dir` is `ROOST_DATA_DIR` and `data-dir`. An option that may be repeated
/// takes its values from there with commas between them.
final class OptionSources implements CommandLine.IDefaultValueProvider {
    private static final String PREFIX = "ROOST_";

    /// Settles where the others come from, or what is done with them.
    private static final Set<String> NOT_IN_FILE = Set.of("config", "print-config", "json");

    private static final Set<String> NOT_IN_ENVIRONMENT = Set.of("print-config", "json");

    /// Read by the launcher before this program runs, and by the client for its connections.
    static final Set<String> NO_OPTIONS =
            Set.of("ROOST_JAVA_HOME", "ROOST_JAVA_OPTS", "ROOST_CA_FILE");

    private static final Pattern SECRET =
            Pattern.compile("(^|-)(token|secret|password|key|database|nats)$");

    private final SettingsFile file;
    private final Map<String, String> environment;

    /// Where one value comes from.
    ///
    /// @param kind `command line`, `environment`, `file` or `default`
    /// @param place name of the variable, or file and line; empty for the others
    record Origin(String kind, String place) {
        @Override
        public String toString() {
            return switch (kind) {
                case "environment" -> "environment " + place;
                case "file" -> place;
                default -> kind;
            };
        }
    }

    private OptionSources(SettingsFile file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /// Reads the settings file; one that does not exist counts as empty.
    static OptionSources read(Path file, Map<String, String> environment) {
        return new OptionSources(SettingsFile.read(file, false), environment);
    }

    /// Reads the settings file that the command line names, or the environment, or the usual one.
    /// It must be known before the options are parsed, because it gives their defaults.
    static OptionSources of(String[] args, Map<String, String> environment) {
        Optional<String> named = Optional.ofNullable(environment.get(PREFIX + "CONFIG"));
        // `roost sync` reads a file of its own, and only that is meant behind its --config.
        boolean other = args.length > 0 && (args[0].equals("sync") || args[0].equals("history"));
        for (int i = 0; i < args.length && !other; i++) {
            if (args[i].startsWith("--config=")) {
                named = Optional.of(args[i].substring("--config=".length()));
            } else if (args[i].equals("--config") && i + 1 < args.length) {
                named = Optional.of(args[i + 1]);
            }
        }
        SettingsFile file =
                SettingsFile.read(
                        named.map(Path::of).orElseGet(OptionSources::usualFile), named.isPresent());
        return new OptionSources(file, environment);
    }

    /// The settings file that nobody has to name.
    static Path usualFile() {
        return Path.of(System.getProperty("user.home"), ".roost", "roost.properties");
    }

    /// The variables of whoever runs the command.
    Map<String, String> environment() {
        return environment;
    }

    /// The settings, whether they exist or not.
    SettingsFile file() {
        return file;
    }

    /// Whether the command has an option for each key and each variable. If not, another command
    /// may have it.
    boolean areKnownTo(CommandLine command) {
        return unknownKeys(keys(command)).isEmpty() && strangers(command).isEmpty();
    }

    /// A misspelt key would silently leave a default in force, so it stops the program.
    ///
    /// @param command with all commands under it
    void refuseUnknownKeys(CommandLine command) {
        Set<String> known = keys(command);
        String unknown = unknownKeys(known);
        if (unknown.isEmpty()) {
            return;
        }
        known.removeAll(NOT_IN_FILE);
        throw new CommandFailure(
                "unknown key in " + file.path() + ": " + unknown,
                "Known keys: " + String.join(", ", new TreeSet<>(known)));
    }

    private String unknownKeys(Set<String> known) {
        return file.entries().entrySet().stream()
                .filter(
                        entry ->
                                !known.contains(entry.getKey())
                                        || NOT_IN_FILE.contains(entry.getKey()))
                .map(entry -> entry.getKey() + " (line " + entry.getValue().line() + ")")
                .collect(Collectors.joining(", "));
    }

    /// Variables that look like options and are none, in words; other programs may use such names,
    /// so they stop nothing. Their values are not looked at.
    ///
    /// @param command with all commands under it
    Optional<String> strangers(CommandLine command) {
        Set<String> known = new HashSet<>(NO_OPTIONS);
        for (String key : keys(command)) {
            if (!NOT_IN_ENVIRONMENT.contains(key)) {
                known.add(variable(key));
            }
        }
        Set<String> unknown = new TreeSet<>();
        for (String name : environment.keySet()) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                unknown.add(name);
            }
        }
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "warning: no option is named like this in the environment, it is passed"
                                + " over: "
                                + String.join(", ", unknown));
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String key = key(option);
        String value = variableOf(key);
        if (value != null) {
            return value;
        }
        return NOT_IN_FILE.contains(key)
                ? null
                : file.find(key).map(SettingsFile.Entry::value).orElse(null);
    }

    /// Where the value of an option that is not on the command line comes from.
    Origin origin(OptionSpec option) {
        String key = key(option);
        if (variableOf(key) != null) {
            return new Origin("environment", variable(key));
        }
        return file.find(key)
                .filter(_ -> !NOT_IN_FILE.contains(key))
                .map(entry -> new Origin("file", file.place(entry)))
                .orElse(new Origin("default", ""));
    }

    /// Where a value comes from that the command rejects.
    ///
    /// @param args the whole command line
    Optional<Origin> originOfRejected(OptionSpec option, String... args) {
        boolean written =
                Arrays.stream(args)
                        .anyMatch(
                                arg ->
                                        Arrays.stream(option.names())
                                                .anyMatch(
                                                        name ->
                                                                arg.equals(name)
                                                                        || arg.startsWith(
                                                                                name + "=")));
        Origin origin = origin(option);
        return written || origin.place().isEmpty() ? Optional.empty() : Optional.of(origin);
    }

    /// Whether the value of an option must not be shown. A path to a secret is none.
    static boolean isSecret(OptionSpec option) {
        return option.interactive()
                || (SECRET.matcher(key(option)).find() && option.type() == String.class);
    }

    static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    private @Nullable String variableOf(String key) {
        return NOT_IN_ENVIRONMENT.contains(key) ? null : environment.get(variable(key));
    }

    private static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Set<String> keys(CommandLine command) {
        Set<String> keys = new HashSet<>();
        collect(command, keys);
        return keys;
    }

    private static void collect(CommandLine command, Set<String> keys) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.usageHelp() && !option.versionHelp()) {
                keys.add(key(option));
            }
        }
        command.getSubcommands().values().forEach(sub -> collect(sub, keys));
    }
}
