package dev.roosthold.cli;

import dev.roosthold.client.MachineLogin;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.daemon.AccountKey;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.EnrolmentResult;
import dev.roosthold.daemon.MachineIdentity;
import dev.roosthold.daemon.local.DaemonStatus;
import dev.roosthold.daemon.local.LocalClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "enrol",
        aliases = "enroll",
        description = "Makes this computer a machine of your account and connects it.")
final class EnrolCommand implements Callable<Integer> {
    /// A token is one line of at most 150 characters; more is not a token.
    private static final int MAX_TOKEN_BYTES = 1024;

    private static final Duration FIRST_RESULT = Duration.ofSeconds(8);
    private static final Duration LOOK = Duration.ofMillis(200);

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
            paramLabel = "KEY",
            description =
                    "The account's public key, 43 characters. It never goes to the relay. Without"
                            + " it, a code is shown that you compare in the web page.")
    private @Nullable String accountKey;

    @Option(
            names = "--foreground",
            description = "Runs the daemon in this terminal instead of in the background.")
    private boolean foreground;

    @Mixin private RootOption root;

    @Option(
            names = "--replace",
            description = "Put the credential of another machine aside; it is kept.")
    private boolean replace;

    @Mixin private HomeOption home;
    @Mixin private LogOptions log;
    @Mixin private JsonOption json;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (foreground && json.wanted()) {
            throw new ParameterException(
                    spec.commandLine(), "--json is for a daemon in the background");
        }
        RelayAddress address = parse("--server", server, RelayAddress::parse);
        MachineToken token = parse("--token", readToken(), MachineToken::parse);
        AccountKey key =
                accountKey == null ? null : parse("--account-key", accountKey, AccountKey::parse);
        Relays.warnIfReadable(address, "the token and use this machine");
        refuseWrongToken(address, token);
        MachineIdentity identity = enrol(address, token, key);
        if (!json.wanted()) {
            System.out.println(
                    "Enrolled for remote control by your account. `roost daemon policy` and `roost"
                            + " daemon roots` change what it may do here.");
            DaemonAccess.print(DaemonAccess.of(home).read(), false);
        }
        if (foreground) {
            DaemonLog.use(home.path(), log, false);
            return ForegroundDaemon.run(home.path(), identity, false);
        }
        return inBackground();
    }

    private MachineIdentity enrol(
            RelayAddress address, MachineToken token, @Nullable AccountKey key) {
        var enrolment = new Enrolment(home.path());
        EnrolmentResult result =
                key == null
                        ? enrolment.enrolByApproval(address, token, root.path(), replace)
                        : enrolment.enrol(address, token, key, root.path(), replace);
        return switch (result) {
            case EnrolmentResult.Enrolled(var enrolled, var replaced) -> {
                tellKept(replaced);
                yield enrolled;
            }
            case EnrolmentResult.Continued(var continued) -> continued;
            case EnrolmentResult.Waiting(var pending, var replaced) -> {
                tellKept(replaced);
                yield pending;
            }
            case EnrolmentResult.Refused(var why) -> throw new CommandFailure(why, "");
        };
    }

    private void tellKept(Optional<Path> replaced) {
        replaced.ifPresent(
                old ->
                        (json.wanted() ? System.err : System.out)
                                .println("The old credential is kept in " + old));
    }

    private int inBackground() throws InterruptedException {
        LocalClient control = new BackgroundDaemon(home.path()).start(root.path()).control();
        DaemonStatus status = BackgroundDaemon.firstResult(control, FIRST_RESULT);
        if (status.code().isPresent()) {
            tellCode(control, status.code().get());
            while (status.code().isPresent()) {
                Thread.sleep(LOOK);
                status = BackgroundDaemon.status(control);
            }
            status = BackgroundDaemon.firstResult(control, FIRST_RESULT);
        }
        if (json.wanted()) {
            System.out.println(BackgroundDaemon.statusJson(control));
            return 0;
        }
        System.out.println(
                status.online()
                        ? "Connected. This computer is online; `roost daemon stop` takes it"
                                + " offline."
                        : "Not connected yet: " + status.detail() + ". The daemon keeps trying.");
        return 0;
    }

    private void tellCode(LocalClient control, String code) {
        if (json.wanted()) {
            System.out.println(BackgroundDaemon.statusJson(control));
            return;
        }
        System.out.println();
        System.out.println("Code: " + code);
        System.out.println(
                "Approve this machine in the web page if it shows the same code. Waiting; Ctrl-C"
                        + " ends only the waiting ...");
    }

    /// A mistyped token must not be stored: it would be in the way of the right one. A relay that
    /// cannot be reached now is no reason to refuse, the daemon keeps trying.
    private static void refuseWrongToken(RelayAddress address, MachineToken token)
            throws InterruptedException {
        try (RelayClient relay = Relays.client(address)) {
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
