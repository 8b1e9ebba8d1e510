package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "daemon",
        description = "The program that keeps this computer online as a machine.",
        subcommands = {
            DaemonStartCommand.class,
            DaemonStopCommand.class,
            StatusCommand.class,
            DaemonRestartCommand.class,
            DaemonLogsCommand.class,
            DaemonRunCommand.class,
            DaemonInstallCommand.class,
            DaemonPolicyCommand.class,
            DaemonRootsCommand.class
        })
final class DaemonCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should happen with the daemon?");
    }
}
