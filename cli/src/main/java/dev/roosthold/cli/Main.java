package dev.roosthold.cli;

import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// Entry point of the `roost` command.
///
/// Exit status: 0 done, 1 it failed, 2 it was called or configured wrongly, 130 and 143 ended by
/// SIGINT and SIGTERM; more in [ExitStatus].
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args, System.getenv()));
    }

    /// Runs one command line and returns its exit status; messages for people go to standard output
    /// and error.
    static int run(String[] args, Map<String, String> environment) {
        CommandLine command = Commands.calledBy(args);
        OptionSources sources;
        try {
            sources = OptionSources.of(args, environment);
            if (!sources.areKnownTo(command)) {
                CommandLine all = Commands.all();
                sources.refuseUnknownKeys(all);
                sources.strangers(all).ifPresent(System.err::println);
            }
        } catch (CommandFailure failure) {
            failure.print(System.err);
            return CommandLine.ExitCode.USAGE;
        }
        command.setDefaultValueProvider(sources);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        var usual = command.getParameterExceptionHandler();
        command.setParameterExceptionHandler(
                (failure, all) -> {
                    Optional<CommandFailure> known = misset(sources, failure, args);
                    if (known.isEmpty()) {
                        return usual.handleParseException(failure, all);
                    }
                    known.get().print(System.err);
                    return CommandLine.ExitCode.USAGE;
                });
        command.setExecutionExceptionHandler(
                (failure, at, _) -> {
                    CommandFailure known =
                            CommandFailure.of(failure).from(place(sources, at, failure, args));
                    known.print(System.err);
                    return known.status();
                });
        return command.execute(args);
    }

    /// A value from the environment or the file that is none for its option.
    private static Optional<CommandFailure> misset(
            OptionSources sources, CommandLine.ParameterException failure, String... args) {
        if (!(failure.getArgSpec() instanceof OptionSpec option)) {
            return Optional.empty();
        }
        return sources.originOfRejected(option, args)
                .map(
                        origin ->
                                new CommandFailure(
                                                OptionSources.isSecret(option)
                                                        ? "invalid value for "
                                                                + option.longestName()
                                                        : String.valueOf(failure.getMessage()),
                                                String.join(" ", option.description()))
                                        .from(Optional.of(origin.place())));
    }

    /// Where the option was set that a failure begins with.
    private static Optional<String> place(
            OptionSources sources, CommandLine at, Exception failure, String... args) {
        String first = String.valueOf(failure.getMessage()).split("[ :]", 2)[0];
        OptionSpec option = at.getCommandSpec().findOption(first);
        return failure instanceof CommandFailure && option != null
                ? sources.originOfRejected(option, args).map(OptionSources.Origin::place)
                : Optional.empty();
    }
}
