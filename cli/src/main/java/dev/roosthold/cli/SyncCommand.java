package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "sync",
        description = "Keeps command history and preferences the same on all your computers.",
        subcommands = {SyncDaemonCommand.class})
final class SyncCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should be done with the history?");
    }
}
