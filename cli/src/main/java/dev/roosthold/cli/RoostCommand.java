package dev.roosthold.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.nio.file.Path;

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
        },
        subcommands = {
            UpCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            WhoamiCommand.class,
            LinkCommand.class,
            RecoveryCommand.class,
            MachinesCommand.class,
            SessionsCommand.class,
            RunCommand.class,
            AttachCommand.class,
            SendCommand.class,
            EnrolCommand.class,
            DaemonCommand.class,
            StatusCommand.class,
            JazzRelayCommand.class,
            SyncCommand.class,
            HistoryCommand.class,
            InviteCommand.class,
            ImportHappyCommand.class,
            ConfigCommand.class,
            AuditCommand.class,
            AccountsCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            DoctorCommand.class,
            HealthCommand.class,
            CompletionCommand.class,
            ManPageCommand.class
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
