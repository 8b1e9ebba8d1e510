package dev.roosthold.cli;

import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.auth.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "logout",
        description = "Ends this computer's credential at the relay and forgets it here.")
final class LogoutCommand implements Callable<Integer> {
    @Option(names = "--force", description = "Forget it here even when the relay cannot be told.")
    private boolean force;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        SignInFile file = new SignInFile(home.path());
        SignIn signIn;
        try {
            signIn = file.read().orElseThrow(Access::notSignedIn);
        } catch (SignInException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "It may hold the account's secret, so it is not touched. Move it away by hand.");
        }
        // The last copy of a secret is not deleted without a question.
        boolean onlyCopy = signIn instanceof SignIn.Whole whole && !whole.recoveryKept();
        if (onlyCopy) {
            System.err.println(
                    "warning: the recovery text of this account was never shown here. If no other"
                            + " device has the account, it is lost without this computer's copy.\n"
                            + "         `roost recovery export` shows it.");
        }
        if (!yes && !Ask.yes("Sign this computer out of " + signIn.server() + "?")) {
            throw new CommandFailure("this computer is still signed in", "");
        }
        boolean ended = end(signIn);
        Optional<Path> kept = Optional.empty();
        if (onlyCopy && yes) {
            kept = Optional.of(SignInPlace.putAside(file));
        } else {
            file.delete();
        }
        if (json.wanted()) {
            System.out.println(
                    Codec.printText(new Done(ended, kept.map(Path::toString).orElse(null))));
            return ExitStatus.DONE;
        }
        System.out.println(
                ended
                        ? "Signed out of " + signIn.server() + "."
                        : "Forgotten here; the credential still lives at " + signIn.server() + ".");
        kept.ifPresent(
                path ->
                        System.out.println(
                                "Nobody was asked, so the account's secret is kept in " + path));
        return ExitStatus.DONE;
    }

    /// Whether the relay does not accept the credential any more.
    private boolean end(SignIn signIn) throws InterruptedException {
        try (Account account = Account.resume(signIn, SessionKeys.NONE, Relays.options())) {
            Reply<List<Device>> devices = account.listDevices();
            if (devices instanceof Reply.Success(List<Device> present)) {
                Optional<Device> own = present.stream().filter(Device::current).findFirst();
                return own.isEmpty() || ended(account.endDevice(own.get().id()), signIn);
            }
            return ended(devices, signIn);
        }
    }

    private boolean ended(Reply<?> reply, SignIn signIn) {
        String problem =
                switch (reply) {
                    case Reply.Success<?> _, Reply.CredentialsRefused<?> _ -> "";
                    // Another server, without a list of devices.
                    case Reply.Denied(int status, String message) ->
                            "it refuses: " + Printable.line(message) + " (" + status + ")";
                    case Reply.Unavailable(String reason) -> reason;
                };
        if (!problem.isEmpty() && !force) {
            throw new CommandFailure(
                    signIn.server() + " could not be told: " + problem,
                    "The credential still lives there, and nothing was changed here. --force"
                            + " forgets it here all the same; end it then from the list of devices"
                            + " on another one.",
                    ExitStatus.UNREACHABLE);
        }
        return problem.isEmpty();
    }

    private record Done(boolean endedAtRelay, @Nullable String keptIn) {}
}
