package dev.roosthold.cli;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.MachineCredential;
import java.nio.file.Path;
import java.util.Optional;

/// What a command may do at the relay: with the sign-in of this computer, else with its credential
/// as a machine.
final class Access implements AutoCloseable {
    static final String WHOLE = "whole";
    static final String TERMINAL = "terminal";
    static final String MACHINE = "machine";

    private final Path home;
    private final RelayAddress server;
    private final String kind;
    private final Optional<SignIn> signIn;
    private final BoxPublicKey contentPublicKey;
    private final Account account;

    private Access(
            Path home,
            RelayAddress server,
            String kind,
            Optional<SignIn> signIn,
            BoxPublicKey contentPublicKey,
            Account account) {
        this.home = home;
        this.server = server;
        this.kind = kind;
        this.signIn = signIn;
        this.contentPublicKey = contentPublicKey;
        this.account = account;
    }

    /// Asks the relay nothing yet.
    ///
    /// @throws CommandFailure when this computer is not signed in
    static Access of(HomeOption option) {
        Path home = option.path();
        try {
            Optional<SignIn> stored = new SignInFile(home).read();
            if (stored.isPresent()) {
                SignIn signIn = stored.get();
                return new Access(
                        home,
                        signIn.server(),
                        kind(signIn),
                        stored,
                        switch (signIn) {
                            case SignIn.Whole whole ->
                                    AccountKeys.of(whole.secret()).contentPublicKey();
                            case SignIn.Terminal terminal -> terminal.contentPublicKey();
                        },
                        Account.resume(signIn, keys(home), Relays.options()));
            }
            return new Enrolment(home)
                    .current()
                    .filter(MachineCredential.WithToken.class::isInstance)
                    .map(MachineCredential.WithToken.class::cast)
                    .map(machine -> ofMachine(home, machine))
                    .orElseThrow(Access::notSignedIn);
        } catch (SignInException | DaemonException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    private static Access ofMachine(Path home, MachineCredential.WithToken machine) {
        return new Access(
                home,
                machine.server(),
                MACHINE,
                Optional.empty(),
                machine.accountKey().contentPublicKey(),
                Account.ofMachine(
                        machine.server(),
                        machine.token(),
                        machine.accountKey().contentPublicKey(),
                        keys(home),
                        Relays.options()));
    }

    /// Keys of the sessions that this computer has made.
    private static SessionKeys keys(Path home) {
        return new KeptSessionKeys(home);
    }

    static CommandFailure notSignedIn() {
        return new CommandFailure(
                "this computer is not signed in", "Run `roost login`.", ExitStatus.NOT_SIGNED_IN);
    }

    static String kind(SignIn signIn) {
        return switch (signIn) {
            case SignIn.Whole _ -> WHOLE;
            case SignIn.Terminal _ -> TERMINAL;
        };
    }

    Path home() {
        return home;
    }

    RelayAddress server() {
        return server;
    }

    /// [#WHOLE], [#TERMINAL] or [#MACHINE].
    String kind() {
        return kind;
    }

    /// Empty when this computer is a machine only.
    Optional<SignIn> signIn() {
        return signIn;
    }

    /// Of the account. It must never go to the relay.
    BoxPublicKey contentPublicKey() {
        return contentPublicKey;
    }

    Account account() {
        return account;
    }

    /// The value of a success, or the failure in words.
    <T> T require(Reply<T> reply) {
        return Relays.require(reply, server);
    }

    @Override
    public void close() {
        account.close();
    }
}
