package dev.roosthold.cli;

import dev.roosthold.client.MachineLogin;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.daemon.AccountKey;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.EnrolmentResult;
import dev.roosthold.daemon.MachineCredential;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "enrol",
        aliases = "enroll",
        description = "Makes this computer a machine of your account and connects it.")
final class EnrolCommand implements Callable<Integer> {
    /// A token is one line of at most 150 characters; more is not a token.
    private static final int MAX_TOKEN_BYTES = 1024;

    @Option(
            names = "--server",
            required = true,
            paramLabel = "URL",
            description = "Address of the relay.")
    private String server;

    @ArgGroup(multiplicity = "1")
    private TokenSource tokenSource;

    static final class TokenSource {
        @Option(
                names = "--token",
                paramLabel = "ID:SECRET",
                description = "The machine's token, or - to read it from standard input.")
        private @Nullable String token;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "File that holds the token, so that it stays out of the history.")
        private @Nullable Path file;
    }

    @Option(
            names = "--account-key",
            required = true,
            paramLabel = "KEY",
            description = "The account's public key, 43 characters. It never goes to the relay.")
    private String accountKey;

    @Option(
            names = "--root",
            defaultValue = ".",
            paramLabel = "DIR",
            description = "What is done here for your account stays inside (default: this one).")
    private Path root;

    @Option(
            names = "--replace",
            description = "Put the credential of another machine aside; it is kept.")
    private boolean replace;

    @Mixin private HomeOption home;

    @Override
    public Integer call() throws InterruptedException {
        RelayAddress address = parse("--server", server, RelayAddress::parse);
        MachineToken token = parse("--token", readToken(), MachineToken::parse);
        AccountKey key = parse("--account-key", accountKey, AccountKey::parse);
        if (address.isReadableOnTheWay()) {
            System.err.println(
                    "warning: "
                            + address
                            + " is not encrypted: whoever is on the way can read the token and use"
                            + " this machine. Give the relay a certificate and use https.");
        }
        refuseWrongToken(address, token);
        EnrolmentResult result =
                new Enrolment(home.path()).enrol(address, token, key, root, replace);
        MachineCredential credential =
                switch (result) {
                    case EnrolmentResult.Enrolled(var enrolled, var replaced) -> {
                        replaced.ifPresent(
                                old -> System.out.println("The old credential is kept in " + old));
                        yield enrolled;
                    }
                    case EnrolmentResult.Continued(var continued) -> continued;
                    case EnrolmentResult.Refused(var why) -> throw new CommandFailure(why, "");
                };
        System.out.println(
                "Enrolled for remote control by your account (policy: full): its clients may run"
                        + " commands here.");
        return ForegroundDaemon.run(home.path(), credential);
    }

    /// A mistyped token must not be stored: it would be in the way of the right one. A relay that
    /// cannot be reached now is no reason to refuse, the daemon keeps trying.
    private static void refuseWrongToken(RelayAddress address, MachineToken token)
            throws InterruptedException {
        try (RelayClient relay = new RelayClient(address, "roost-cli/" + Version.current())) {
            switch (relay.authenticateMachine(token)) {
                case Reply.CredentialsRefused<MachineLogin> _ ->
                        throw new CommandFailure(
                                "the relay does not know this token",
                                "Nothing was stored. Copy the whole command from the page of your"
                                        + " relay; a token ends when it is replaced.");
                case Reply.Success<MachineLogin> _,
                        Reply.Denied<MachineLogin> _,
                        Reply.Unavailable<MachineLogin> _ -> {}
            }
        }
    }

    private String readToken() {
        try {
            if (tokenSource.file != null) {
                return Files.readString(tokenSource.file);
            }
            String token = String.valueOf(tokenSource.token);
            return token.equals("-") ? firstLine(System.in) : token;
        } catch (IOException e) {
            throw new CommandFailure("cannot read the token: " + e, "");
        }
    }

    /// Up to the end of the line, so that a person may type it and press Enter.
    private static String firstLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n' && line.size() < MAX_TOKEN_BYTES; ) {
            line.write(b);
            b = in.read();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static <T> T parse(String option, String text, Function<String, T> parser) {
        try {
            return parser.apply(text.strip());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    option + ": " + e.getMessage(),
                    "Copy the whole command from the page of your relay.");
        }
    }
}
