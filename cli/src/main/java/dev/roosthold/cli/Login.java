package dev.roosthold.cli;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.pairing.Admission;
import dev.roosthold.client.pairing.Newcomer;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.client.sessions.SessionRow;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.PairingLink;
import dev.roosthold.crypto.RecoveryText;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.account.Profile;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The ways of signing in. Nothing is stored before the relay has given a credential.
final class Login {
    private final LoginOptions options;
    private final SecureRandom random = new SecureRandom();

    Login(LoginOptions options) {
        this.options = options;
    }

    /// Waits until a device of the person lets this one in.
    void byPairing(PairingLink.Purpose purpose) throws InterruptedException {
        SignInPlace place = options.place();
        RelayAddress server = options.server();
        Newcomer newcomer = Newcomer.of(purpose, random);
        try (RelayClient relay = Relays.client(server)) {
            // A link is shown when the relay knows it, so that it works from the first moment on.
            Optional<Admission> _ = Relays.require(newcomer.poll(relay), server);
            show(server, newcomer.link());
            Admission admission =
                    switch (newcomer.await(relay, Newcomer.PATIENCE, Login::tell)) {
                        case Newcomer.Outcome.Admitted(Admission admitted) -> admitted;
                        case Newcomer.Outcome.Expired() ->
                                throw new CommandFailure(
                                        "nobody has let this computer in within "
                                                + Newcomer.PATIENCE.toMinutes()
                                                + " minutes",
                                        "The request has expired and nothing was stored. Run the"
                                                + " command again for a new link.",
                                        ExitStatus.TIMEOUT);
                        case Newcomer.Outcome.Refused(String message) ->
                                throw new CommandFailure(
                                        "the relay refused: " + Printable.line(message), "");
                        case Newcomer.Outcome.Unreadable(String message) ->
                                throw new CommandFailure(
                                        message,
                                        "The answer was not made for this computer. Nothing was"
                                                + " stored; end the new device in your list of"
                                                + " devices and try again.");
                    };
            SignIn signIn =
                    switch (admission.answer()) {
                        case PairingAnswer.FullAccess(MasterSecret secret) ->
                                new SignIn.Whole(server, secret, admission.bearer(), false);
                        case PairingAnswer.ContentKey(var key) ->
                                new SignIn.Terminal(
                                        server,
                                        key,
                                        SymmetricKey.random(random),
                                        admission.bearer());
                    };
            finish(place, signIn);
        }
    }

    private void show(RelayAddress server, PairingLink link) {
        String text = link.text();
        String page = server + link.webPath();
        if (options.json()) {
            System.out.println(
                    Codec.printText(
                            new Shown(
                                    "waiting",
                                    text,
                                    page,
                                    link.compareCode(),
                                    Newcomer.PATIENCE.toSeconds())));
            return;
        }
        if (QrText.canShow(System.out.charset())) {
            System.out.println();
            QrText.of(text, Style.ofOutput()).forEach(line -> System.out.println("  " + line));
        }
        System.out.println();
        System.out.println("Scan the code with the app, or on a device that is signed in:");
        System.out.println("  open    " + page);
        System.out.println("  or run  roost link '" + text + "'");
        System.out.println();
        System.out.println("Code to compare there: " + link.compareCode());
        System.out.println(
                "Waiting for "
                        + Newcomer.PATIENCE.toMinutes()
                        + " minutes at most; Ctrl-C gives up and leaves nothing.");
    }

    private static void tell(Optional<String> trouble) {
        System.err.println(
                trouble.map(reason -> "The relay cannot be reached: " + reason + "; still trying.")
                        .orElse("The relay can be reached again."));
    }

    /// Signs in with what the person has written down.
    void byRecoveryText() throws InterruptedException {
        SignInPlace place = options.place();
        RelayAddress server = options.server();
        MasterSecret secret;
        try {
            secret = RecoveryText.parse(Ask.secret("Recovery text (it is not shown): "));
        } catch (CryptoException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "It has 52 letters and digits, usually in groups of five, and is read from"
                            + " standard input.",
                    ExitStatus.USAGE);
        }
        try (RelayClient relay = Relays.client(server)) {
            BearerToken bearer = enter(relay, server, secret, Optional.empty());
            SignIn.Whole signIn = new SignIn.Whole(server, secret, bearer, true);
            finish(place, signIn);
            warnIfEmpty(signIn);
        }
    }

    /// A relay makes an account for a secret that it does not know, when it lets anyone in. The
    /// person should hear that this is not the account they may have meant.
    private static void warnIfEmpty(SignIn signIn) throws InterruptedException {
        try (Account account = Account.resume(signIn, SessionKeys.NONE, Relays.options())) {
            if (account.listDevices() instanceof Reply.Success(List<?> devices)
                    && devices.size() == 1
                    && account.listRows() instanceof Reply.Success(List<SessionRow> sessions)
                    && sessions.isEmpty()) {
                System.err.println(
                        "note: this account has no sessions and no other device at "
                                + signIn.server()
                                + ". If that is unexpected, is it the right relay?");
            }
        }
    }

    /// Makes an account, after its recovery text was shown.
    void newAccount(Optional<String> invite, boolean yes) throws InterruptedException {
        SignInPlace place = options.place();
        RelayAddress server = options.server();
        try (RelayClient relay = Relays.client(server)) {
            refuseEarly(relay, server, invite);
            MasterSecret secret = MasterSecret.random(random);
            String text = RecoveryText.format(secret);
            if (options.json()) {
                System.out.println(Codec.printText(new Recovery("recovery", text)));
            } else {
                System.out.println(
                        "Recovery text of the new account. Whoever has it has the account; without"
                                + " it and without a device that is signed in, the account is"
                                + " lost. It is shown this once:");
                System.out.println();
                System.out.println("  " + text);
                System.out.println();
            }
            if (!yes) {
                String first = text.substring(0, text.indexOf('-'));
                String typed =
                        Ask.line("When it is written down, type its first group: ").orElse("");
                if (!typed.strip().equalsIgnoreCase(first)) {
                    throw new CommandFailure(
                            "no account was made", "That was not the first group of the text.");
                }
            }
            finish(
                    place,
                    new SignIn.Whole(server, secret, enter(relay, server, secret, invite), true));
        }
    }

    /// Nobody should write a recovery text down for nothing.
    private static void refuseEarly(RelayClient relay, RelayAddress server, Optional<String> invite)
            throws InterruptedException {
        switch (relay.registration()) {
            case Reply.Success(String state) -> {
                if (state.equals("closed")) {
                    throw closed(server, "Its operator makes no new accounts.");
                }
                if (state.equals("invite") && invite.isEmpty()) {
                    throw closed(server, "Its operator can give you a code; use it with --invite.");
                }
            }
            case Reply.Unavailable(String reason) -> throw Relays.unreachable(server, reason);
            case Reply.CredentialsRefused<String> _, Reply.Denied<String> _ -> {
                // A server that does not tell.
            }
        }
    }

    private static CommandFailure closed(RelayAddress server, String advice) {
        return new CommandFailure(server + " takes no new account like this", advice);
    }

    private BearerToken enter(
            RelayClient relay, RelayAddress server, MasterSecret secret, Optional<String> invite)
            throws InterruptedException {
        return switch (relay.signIn(secret, invite, random)) {
            case Reply.Success(BearerToken bearer) -> bearer;
            case Reply.CredentialsRefused(String message) ->
                    throw new CommandFailure(
                            "the relay refused: " + Printable.line(message),
                            "Are the clocks and the recovery text right?",
                            ExitStatus.NOT_SIGNED_IN);
            case Reply.Denied(int status, String message) ->
                    throw status == 403
                            ? closed(
                                    server,
                                    invite.isPresent()
                                            ? "Its operator makes no new accounts, or the"
                                                    + " invitation is not valid (any more)."
                                            : "It does not know this account, and makes no new one"
                                                    + " without an invitation.")
                            : new CommandFailure(
                                    "the relay refused: " + Printable.line(message), "");
            case Reply.Unavailable(String reason) -> throw Relays.unreachable(server, reason);
        };
    }

    private void finish(SignInPlace place, SignIn signIn) throws InterruptedException {
        Optional<Path> old = place.store(signIn);
        Optional<String> account = account(signIn);
        if (options.json()) {
            System.out.println(
                    Codec.printText(
                            new Done(
                                    "signed-in",
                                    signIn.server().toString(),
                                    Access.kind(signIn),
                                    account.orElse(null))));
        } else {
            System.out.println(
                    "Signed in to "
                            + signIn.server()
                            + account.map(id -> " as account " + id).orElse("")
                            + switch (signIn) {
                                case SignIn.Whole _ -> ", with the whole account.";
                                case SignIn.Terminal _ -> ", with a terminal's access.";
                            });
        }
        old.ifPresent(
                path ->
                        System.err.println(
                                "The earlier sign-in is kept in "
                                        + path
                                        + "; its credential is still valid at its relay."));
    }

    private static Optional<String> account(SignIn signIn) throws InterruptedException {
        try (Account account = Account.resume(signIn, SessionKeys.NONE, Relays.options())) {
            return account.profile() instanceof Reply.Success(Profile profile)
                    ? Optional.of(profile.id().value())
                    : Optional.empty();
        }
    }

    private record Shown(String event, String link, String page, String code, long seconds) {}

    private record Recovery(String event, String recoveryText) {}

    private record Done(String event, String server, String kind, @Nullable String account) {}
}
