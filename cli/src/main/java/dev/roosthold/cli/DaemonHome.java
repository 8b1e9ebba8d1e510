package dev.roosthold.cli;

import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.MachineIdentity;
import java.nio.file.Path;
import java.util.Optional;

/// Which machine the daemon of a home directory is.
final class DaemonHome {
    private DaemonHome() {}

    /// A machine that is enrolled, or else that of the sign-in, which is made when there is none.
    ///
    /// @param rootDirectory of a machine that is made
    /// @throws CommandFailure when this computer is neither enrolled nor signed in
    static MachineIdentity identity(Path home, Path rootDirectory) {
        try {
            var enrolment = new Enrolment(home);
            Optional<SignIn> signIn = new SignInFile(home).read();
            return signIn.isPresent()
                    ? enrolment.ofSignIn(signIn.get(), rootDirectory)
                    : enrolment.identity().orElseThrow(DaemonHome::noMachine);
        } catch (DaemonException | SignInException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    static CommandFailure noMachine() {
        return new CommandFailure(
                "this computer is not a machine yet",
                "Press “Add machine” on the page of your relay and paste the command that it"
                        + " shows, or sign in with `roost login`.");
    }
}
