package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "accounts",
        description = "The accounts of your relay.",
        subcommands = {
            AccountsListCommand.class,
            AccountsSignOutCommand.class,
            AccountsDeleteCommand.class,
            AccountsExportCommand.class
        })
final class AccountsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should happen with accounts?");
    }
}
