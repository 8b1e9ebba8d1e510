package dev.roosthold.cli;

import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.crypto.RecoveryText;
import dev.roosthold.protocol.Codec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Shows the recovery text of the account.")
final class RecoveryExportCommand implements Callable<Integer> {
    @Option(names = "--yes", description = "Does not ask, and prints to files and pipes too.")
    private boolean yes;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        SignInFile file = new SignInFile(home.path());
        SignIn signIn;
        try {
            signIn = file.read().orElseThrow(Access::notSignedIn);
        } catch (SignInException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
        if (!(signIn instanceof SignIn.Whole whole)) {
            throw new CommandFailure(
                    "this computer does not have the account's secret",
                    "Export it on a device that has the whole account.");
        }
        if (!yes) {
            if (!Ask.isTerminal()) {
                throw new CommandFailure(
                        "the recovery text is shown on a terminal only",
                        "--yes prints it all the same; mind where it ends up.",
                        ExitStatus.USAGE);
            }
            System.err.println("Whoever reads it has the account, for good.");
            if (!Ask.yes("Is nobody looking?")) {
                throw new CommandFailure("it was not shown", "");
            }
        }
        String text = RecoveryText.format(whole.secret());
        System.out.println(json.wanted() ? Codec.printText(new Shown(text)) : text);
        if (!whole.recoveryKept()) {
            file.write(whole.withRecoveryKept());
        }
        return ExitStatus.DONE;
    }

    private record Shown(String recoveryText) {}
}
