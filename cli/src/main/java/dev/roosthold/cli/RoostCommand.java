package dev.roosthold.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The root; [Commands] puts the others under it.
@Command(
        name = "roost",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        description = "A home base for the machines that run your coding agents.",
        footer = {
            "",
            "Every option can also be given as ROOST_<OPTION> in the environment (--port is ROOST_PORT) or as a"
                    + " line `option = value` in the settings file."
        })
final class RoostCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Settings file (default: ~/.roost/roost.properties).")
    private @Nullable Path config;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should roost do?");
    }
}
