package dev.roosthold.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Where the value of an option comes from when it was not written on the command line:
/// `ROOST_<OPTION>` in the environment, then `<option>` in the settings file, then the default of
/// the option. `--data-dir` is `ROOST_DATA_DIR` and `data-dir`.
final class OptionSources implements CommandLine.IDefaultValueProvider {
    private final Path file;
    private final Properties properties;
    private final Map<String, String> environment;

    private OptionSources(Path file, Properties properties, Map<String, String> environment) {
        this.file = file;
        this.properties = properties;
        this.environment = environment;
    }

    /// Reads the settings file (Java properties, UTF-8); one that does not exist counts as empty.
    static OptionSources read(Path file, Map<String, String> environment) {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailure(
                        "cannot read the settings file " + file + ": " + e.getMessage(),
                        "Each line is `option = value`, in UTF-8.");
            }
        }
        return new OptionSources(file, properties, environment);
    }

    /// A misspelt key would silently leave a default in force, so it stops the program.
    void refuseUnknownKeys(CommandLine command) {
        Set<String> known = new HashSet<>();
        collect(command, known);
        Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new CommandFailure(
                    "unknown key in " + file + ": " + String.join(", ", unknown),
                    "Known keys: " + String.join(", ", new TreeSet<>(known)));
        }
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String key = key(option);
        String variable = "ROOST_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
        String value = environment.get(variable);
        return value != null ? value : properties.getProperty(key);
    }

    private static void collect(CommandLine command, Set<String> known) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.usageHelp() && !option.versionHelp()) {
                known.add(key(option));
            }
        }
        command.getSubcommands().values().forEach(sub -> collect(sub, known));
    }

    private static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }
}
