package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "recovery",
        description = "The text that brings an account back when all devices are gone.",
        subcommands = {RecoveryExportCommand.class, RecoveryImportCommand.class})
final class RecoveryCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Export it or import it?");
    }
}
