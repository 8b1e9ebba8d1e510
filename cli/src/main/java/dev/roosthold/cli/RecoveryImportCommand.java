package dev.roosthold.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "import",
        description = {
            "Signs in with the recovery text, read from standard input.",
            "The same as `roost login --recovery`."
        })
final class RecoveryImportCommand implements Callable<Integer> {
    @Mixin private LoginOptions options;

    @Override
    public Integer call() throws InterruptedException {
        new Login(options).byRecoveryText();
        return ExitStatus.DONE;
    }
}
