package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "invite",
        description = "Codes that let somebody create an account on your relay.",
        subcommands = {
            InviteCreateCommand.class,
            InviteListCommand.class,
            InviteRevokeCommand.class
        })
final class InviteCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should happen with invites?");
    }
}
