package dev.roosthold.cli;

import dev.roosthold.crypto.PairingLink;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "login",
        description = {
            "Signs this computer in to your account.",
            "Shows a QR code and a link, with which a device of yours lets this one in."
        })
final class LoginCommand implements Callable<Integer> {
    @Option(
            names = "--terminal",
            description =
                    "Ask for a terminal's access only: what is made here you can read, other"
                            + " sessions cannot be read here.")
    private boolean terminal;

    @Option(
            names = "--recovery",
            description = "Sign in with the recovery text, read from standard input.")
    private boolean recovery;

    @Option(names = "--new", description = "Make a new account.")
    private boolean fresh;

    @Option(
            names = "--invite",
            paramLabel = "CODE",
            description = "With --new: the invitation that the relay asks for.")
    private @Nullable String invite;

    @Option(
            names = "--yes",
            description = "With --new: do not ask whether the recovery text is written down.")
    private boolean yes;

    @Mixin private LoginOptions options;

    @Override
    public Integer call() throws InterruptedException {
        if ((terminal ? 1 : 0) + (recovery ? 1 : 0) + (fresh ? 1 : 0) > 1) {
            throw new CommandFailure(
                    "--terminal, --recovery and --new are different ways to sign in",
                    "Choose one of them.",
                    ExitStatus.USAGE);
        }
        if (invite != null && !fresh) {
            throw new CommandFailure(
                    "--invite is for a new account", "Give --new too.", ExitStatus.USAGE);
        }
        Login login = new Login(options);
        if (recovery) {
            login.byRecoveryText();
        } else if (fresh) {
            login.newAccount(Optional.ofNullable(invite), yes);
        } else {
            login.byPairing(terminal ? PairingLink.Purpose.TERMINAL : PairingLink.Purpose.ACCOUNT);
        }
        return ExitStatus.DONE;
    }
}
