package dev.roosthold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "audit",
        description = "The log of sign-ins, machines, revocations and what was started or deleted.",
        subcommands = {AuditVerifyCommand.class, AuditListCommand.class})
final class AuditCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What should happen with the audit log?");
    }
}
