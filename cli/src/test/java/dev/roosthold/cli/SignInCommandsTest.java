package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.AccountOptions;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.pairing.Approver;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingLink;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Signing in and out as commands, at a real relay.
@Timeout(60)
final class SignInCommandsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final Predicate<String> RECOVERY =
            Pattern.compile("([A-Z2-7]{5}-){10}[A-Z2-7]{2}").asMatchPredicate();

    @TempDir Path temp;
    private Path home;
    private Relay relay;
    private int port;

    @BeforeEach
    void start() throws IOException {
        home = temp.resolve("home");
        startRelay(0);
        port = relay.port();
    }

    private void startRelay(int onPort) throws IOException {
        relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withPort(onPort)
                                .withMetricsPort(0)
                                .withDataDirectory(temp.resolve("relay")));
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private String server() {
        return "--server=http://127.0.0.1:" + port;
    }

    private CommandRun roost(String input, String... command) {
        return CommandRun.of(home, input, command);
    }

    private static JsonNode json(String line) {
        return Codec.parse(line.strip().getBytes(StandardCharsets.UTF_8));
    }

    private SignIn stored(Path where) {
        return new SignInFile(where).read().orElseThrow();
    }

    private void signUp() {
        assertThat(roost("", "login", "--new", "--yes", server()).status()).isZero();
    }

    private static AccountOptions options() {
        return AccountOptions.usual("test/1").withNetwork(Network.direct());
    }

    private static String linkOf(RoostProcess login) {
        login.awaitLine("roost link '");
        return login.lines().stream()
                .filter(line -> line.contains("roost link '"))
                .map(line -> line.replaceAll(".*'(.*)'.*", "$1"))
                .findFirst()
                .orElseThrow();
    }

    private static RoostProcess login(Path where, String... more) {
        return RoostProcess.start(
                where,
                Map.of("LC_ALL", "C.UTF-8"),
                Stream.concat(
                                Stream.of("login", "--home=" + where.resolve("roost")),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void newAccountComesBackByItsRecoveryText() {
        CommandRun made = roost("", "login", "--new", "--yes", server());
        assertThat(made.status()).as(made.err()).isZero();
        String text = made.out().lines().map(String::strip).filter(RECOVERY).findFirst().get();
        assertThat(stored(home)).isInstanceOf(SignIn.Whole.class);

        CommandRun exported = roost("", "recovery", "export", "--yes");
        assertThat(exported.out().strip()).isEqualTo(text);
        assertThat(roost("", "recovery", "export").status())
                .as("no terminal")
                .isEqualTo(ExitStatus.USAGE);

        Path other = temp.resolve("other");
        String sloppy = text.toLowerCase(Locale.ROOT).replace('-', ' ').replace('o', '0');
        CommandRun back = CommandRun.of(other, sloppy + "\n", "recovery", "import", server());
        assertThat(back.status()).as(back.err()).isZero();
        assertThat(back.out() + back.err()).doesNotContainIgnoringCase(text.substring(0, 17));
        assertThat(json(CommandRun.of(other, "", "whoami", "--json").out()).path("account"))
                .isEqualTo(json(roost("", "whoami", "--json").out()).path("account"));
    }

    @Test
    void accountIsNotMadeBeforeTheRecoveryTextIsWrittenDown() {
        CommandRun refused = roost("nope\n", "login", "--new", server());
        assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(refused.err()).contains("no account was made");
        assertThat(new SignInFile(home).exists()).isFalse();
        assertThat(roost("nonsense", "login", "--recovery", server()).status())
                .isEqualTo(ExitStatus.USAGE);
        assertThat(new SignInFile(home).exists()).isFalse();
    }

    @Test
    void scannedCodeLetsAnotherDeviceIntoTheWholeAccount() throws Exception {
        signUp();
        Path second = Files.createDirectories(temp.resolve("second"));
        try (RoostProcess waiting = login(second, server())) {
            String link = linkOf(waiting);
            List<String> code =
                    waiting.lines().stream()
                            .filter(line -> line.contains("█"))
                            .map(line -> line.substring(2))
                            .toList();
            assertThat(QrReading.read(code, false)).isEqualTo(link);
            String compare = PairingLink.parse(link).orElseThrow().compareCode();
            assertThat(waiting.lines()).anyMatch(line -> line.contains(compare));

            CommandRun refused = roost("n\n", "link", link);
            assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
            assertThat(refused.err()).contains("WHOLE account", compare);
            assertThat(new SignInFile(second.resolve("roost")).exists()).isFalse();

            CommandRun taken = roost("y\n", "link", link);
            assertThat(taken.status()).as(taken.err()).isZero();
            assertThat(taken.out()).startsWith("Let in: roost-cli/");
            assertThat(waiting.exitStatus()).as("%s", waiting.lines()).isZero();
        }
        SignIn.Whole first = (SignIn.Whole) stored(home);
        SignIn.Whole other = (SignIn.Whole) stored(second.resolve("roost"));
        assertThat(other.secret()).isEqualTo(first.secret());
        assertThat(other.bearer()).isNotEqualTo(first.bearer());
        assertThat(other.recoveryKept()).isFalse();
    }

    @Test
    void terminalGetsNoSecretAndSaysWhatItIs() throws Exception {
        signUp();
        Path second = Files.createDirectories(temp.resolve("second"));
        try (RoostProcess waiting = login(second, "--terminal", server())) {
            PairingLink link = PairingLink.parse(linkOf(waiting)).orElseThrow();
            String page = "http://127.0.0.1:" + port + link.webPath();
            assertThat(waiting.lines()).anyMatch(line -> line.endsWith(page));
            assertThat(roost("", "link", "--yes", "--json", page).status()).isZero();
            assertThat(waiting.exitStatus()).isZero();
        }
        Path terminal = second.resolve("roost");
        assertThat(stored(terminal)).isInstanceOf(SignIn.Terminal.class);
        JsonNode who = json(CommandRun.of(terminal, "", "whoami", "--json").out());
        assertThat(who.path("kind").asString()).isEqualTo("terminal");
        assertThat(who.path("state").asString()).isEqualTo("online");
        assertThat(CommandRun.of(terminal, "", "recovery", "export", "--yes").status()).isOne();
        assertThat(
                        CommandRun.of(
                                        terminal,
                                        "",
                                        "link",
                                        "--yes",
                                        "happy://terminal?" + "A".repeat(43))
                                .err())
                .contains("only a device with the whole account");
    }

    @Test
    void olderAnswerGivesATerminalTheWholeAccount() throws Exception {
        signUp();
        SignIn.Whole whole = (SignIn.Whole) stored(home);
        Path second = Files.createDirectories(temp.resolve("second"));
        try (RoostProcess waiting = login(second, "--terminal", server());
                Account account = Account.resume(whole, SessionKeys.NONE, options())) {
            PairingLink link = PairingLink.parse(linkOf(waiting)).orElseThrow();
            Approver approver = account.approver(whole.secret());
            assertThat(approver.look(link)).isEqualTo(new Approver.Request.Waiting(false));
            assertThat(approver.approve(link, true, Duration.ofSeconds(20)))
                    .isInstanceOf(Approver.Approval.CameIn.class);
            assertThat(waiting.exitStatus()).isZero();
            assertThat(approver.look(link)).isInstanceOf(Approver.Request.Answered.class);
        }
        assertThat(((SignIn.Whole) stored(second.resolve("roost"))).secret())
                .isEqualTo(whole.secret());
    }

    @Test
    void waitingThatIsGivenUpLeavesNothing() throws Exception {
        Path second = Files.createDirectories(temp.resolve("second"));
        try (RoostProcess waiting = login(second, server())) {
            linkOf(waiting);
            assertThat(waiting.terminate()).isEqualTo(143);
        }
        try (Stream<Path> left = Files.list(second.resolve("roost"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void linksBehindWhichNobodyWaitsAreSaid() {
        signUp();
        for (PairingLink.Purpose purpose : PairingLink.Purpose.values()) {
            String link = new PairingLink(purpose, BoxSecretKey.random(RANDOM).publicKey()).text();
            CommandRun nobody = roost("", "link", "--yes", link);
            assertThat(nobody.status()).isEqualTo(ExitStatus.NOT_FOUND);
            assertThat(nobody.err()).contains("nobody waits");
        }
        assertThat(roost("", "link", "--yes", "https://example.org/").status())
                .isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void logoutEndsTheCredentialAtTheRelay() throws Exception {
        signUp();
        SignIn signIn = stored(home);
        assertThat(roost("n\n", "logout").status()).isOne();
        assertThat(new SignInFile(home).exists()).isTrue();
        CommandRun out = roost("y\n", "logout");
        assertThat(out.status()).as(out.err()).isZero();
        assertThat(new SignInFile(home).exists()).isFalse();
        try (Account account = Account.resume(signIn, SessionKeys.NONE, options())) {
            assertThat(account.profile()).isInstanceOf(Reply.CredentialsRefused.class);
        }
        assertThat(roost("", "whoami").status()).isEqualTo(ExitStatus.NOT_SIGNED_IN);
        assertThat(roost("", "logout").status()).isEqualTo(ExitStatus.NOT_SIGNED_IN);
    }

    @Test
    void logoutWithoutTheRelayChangesNothingUnlessForced() {
        signUp();
        relay.close();
        CommandRun refused = roost("", "logout", "--yes");
        assertThat(refused.status()).isEqualTo(ExitStatus.UNREACHABLE);
        assertThat(refused.err()).contains("still lives there", "--force");
        assertThat(new SignInFile(home).exists()).isTrue();
        assertThat(roost("", "whoami").status()).isEqualTo(ExitStatus.UNREACHABLE);
        CommandRun forced = roost("", "logout", "--yes", "--force");
        assertThat(forced.status()).isZero();
        assertThat(forced.out()).contains("still lives");
        assertThat(new SignInFile(home).exists()).isFalse();
    }

    @Test
    void secretThatMayBeTheLastCopyIsNotDeletedUnasked() throws Exception {
        signUp();
        SignIn.Whole whole = (SignIn.Whole) stored(home);
        new SignInFile(home)
                .write(new SignIn.Whole(whole.server(), whole.secret(), whole.bearer(), false));
        CommandRun out = roost("", "logout", "--yes");
        assertThat(out.status()).isZero();
        assertThat(out.err()).contains("never shown here");
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .singleElement()
                    .asString()
                    .startsWith("account.json.");
        }
    }

    @Test
    void deviceThatWasEndedElsewhereKnowsIt() throws Exception {
        signUp();
        try (Account account = Account.resume(stored(home), SessionKeys.NONE, options())) {
            if (!(account.listDevices() instanceof Reply.Success(List<Device> devices))) {
                throw new AssertionError("no devices");
            }
            account.endDevice(devices.getFirst().id());
        }
        CommandRun who = roost("", "whoami", "--json");
        assertThat(who.status()).isEqualTo(ExitStatus.NOT_SIGNED_IN);
        assertThat(json(who.out()).path("state").asString()).isEqualTo("signed-out");
        assertThat(roost("", "logout", "--yes").status()).isZero();
    }

    @Test
    void secondSignInIsRefusedOrKeepsTheFirst() {
        signUp();
        SignIn first = stored(home);
        assertThat(roost("", "login", "--new", "--yes", server()).status()).isOne();
        assertThat(stored(home)).isEqualTo(first);
        CommandRun replaced = roost("", "login", "--new", "--yes", "--replace");
        assertThat(replaced.status()).as(replaced.err()).isZero();
        assertThat(replaced.err()).contains("is kept in", "still valid");
        assertThat(stored(home)).isNotEqualTo(first);
        assertThat(stored(home).server()).isEqualTo(first.server());
    }

    @Test
    void waysOfSigningInAreNotMixed() {
        assertThat(roost("", "login", "--new", "--terminal").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(roost("", "login", "--invite=abc").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(roost("", "login", "--server=ftp://x").status()).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void secretsAreNotPrinted() {
        signUp();
        SignIn.Whole whole = (SignIn.Whole) stored(home);
        CommandRun who = roost("", "whoami");
        assertThat(who.out() + who.err() + whole)
                .doesNotContain(whole.bearer().value())
                .contains("http://127.0.0.1:" + port);
        new SignInFile(home)
                .write(
                        new SignIn.Whole(
                                RelayAddress.parse("http://127.0.0.1:1"),
                                MasterSecret.random(RANDOM),
                                whole.bearer(),
                                true));
        CommandRun lost = roost("", "whoami");
        assertThat(lost.out() + lost.err()).doesNotContain(whole.bearer().value());
    }

    @Test
    void wrongProxyVariableIsNamed() throws Exception {
        try (RoostProcess command =
                RoostProcess.start(
                        temp,
                        Map.of("HTTP_PROXY", "socks5://proxy:1"),
                        "login",
                        "--new",
                        "--home=" + home,
                        server())) {
            assertThat(command.exitStatus()).isEqualTo(ExitStatus.USAGE);
            assertThat(command.allLines()).anyMatch(line -> line.startsWith("error: HTTP_PROXY"));
        }
    }
}
