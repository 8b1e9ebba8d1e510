package dev.roosthold.cli;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/// Entry point of the `roost` command.
///
/// Exit status: 0 done, 1 it failed, 2 it was called wrongly.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args, System.getenv()));
    }

    /// Runs one command line and returns its exit status; messages for people go to standard output
    /// and error.
    static int run(String[] args, Map<String, String> environment) {
        CommandLine command = new CommandLine(new RoostCommand());
        try {
            OptionSources sources = OptionSources.read(configFile(args, environment), environment);
            sources.refuseUnknownKeys(command);
            command.setDefaultValueProvider(sources);
        } catch (CommandFailure failure) {
            failure.print(System.err);
            return CommandLine.ExitCode.USAGE;
        }
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler(
                (failure, _, _) -> {
                    CommandFailure.of(failure).print(System.err);
                    return CommandLine.ExitCode.SOFTWARE;
                });
        return command.execute(args);
    }

    /// The settings file must be known before the options are parsed, because it gives their
    /// defaults.
    private static Path configFile(String[] args, Map<String, String> environment) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].startsWith("--config=")) {
                return Path.of(args[i].substring("--config=".length()));
            }
            if (args[i].equals("--config") && i + 1 < args.length) {
                return Path.of(args[i + 1]);
            }
        }
        String named = environment.get("ROOST_CONFIG");
        return named != null
                ? Path.of(named)
                : Path.of(System.getProperty("user.home"), ".roost", "roost.properties");
    }
}
