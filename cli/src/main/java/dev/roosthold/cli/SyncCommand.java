package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "sync",
        description = "Keeps command history and preferences the same on all your computers.",
        subcommands = {
            SyncInstallCommand.class,
            SyncDoctorCommand.class,
            SyncInitCommand.class,
            SyncJoinCommand.class,
            SyncStatusCommand.class,
            SyncCycleCommands.Now.class,
            SyncCycleCommands.Pause.class,
            SyncCycleCommands.Resume.class,
            SyncCycleCommands.Push.class,
            SyncCycleCommands.Pull.class,
            SyncCycleCommands.Ping.class,
            SyncLogsCommand.class,
            SyncStopCommand.Restart.class,
            SyncStopCommand.class,
            SyncResetCommand.class,
            SyncDeviceCommand.class,
            SyncQueueCommand.class,
            SyncCycleCommands.Verify.class,
            SyncRotateCommand.class,
            SyncExportCommand.class,
            SyncConfigCommand.class,
            SyncDaemonCommand.class
        })
final class SyncCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should be done with the history?");
    }
}
