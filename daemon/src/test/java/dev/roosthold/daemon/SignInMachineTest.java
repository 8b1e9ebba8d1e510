package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.crypto.SymmetricKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The machine of a terminal that is signed in: it makes its own id and speaks with the sign-in.
@Timeout(60)
class SignInMachineTest {
    @TempDir Path temp;
    private Path home;
    private RelayRig relay;
    private Owner owner;

    @BeforeEach
    void start() throws InterruptedException {
        home = temp.resolve("home");
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
    }

    @AfterEach
    void stop() {
        owner.close();
        relay.close();
    }

    private MachineIdentity signedIn(SignIn signIn) {
        new SignInFile(home).write(signIn);
        return new Enrolment(home).ofSignIn(signIn, temp);
    }

    private SignIn whole() {
        return new SignIn.Whole(relay.address(), owner.keys.master(), owner.bearer, false);
    }

    @Test
    void pairedTerminalRegistersItselfUnderTheKeyOfItsPairing() throws Exception {
        SymmetricKey key = SymmetricKey.random(new SecureRandom());
        MachineIdentity machine =
                signedIn(
                        new SignIn.Terminal(
                                relay.address(), owner.keys.contentPublicKey(), key, owner.bearer));
        assertThat(machine.machine().value()).matches("[0-9a-f-]{36}");
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            assertThat(owner.machineKey(machine.machine())).isEqualTo(key);
            assertThat(owner.metadata(machine.machine()).path("host").asString()).isEqualTo("box");
            assertThat(owner.row(machine.machine()).active()).isTrue();
            assertThat(owner.webRow(machine.machine()).path("enrolment").asString())
                    .isEqualTo("external");
            daemon.stop(ShutdownSource.CLI);
        }
    }

    @Test
    void sameSignInIsTheSameMachineAndAnotherAccountIsAnotherOne() throws Exception {
        MachineIdentity machine = signedIn(whole());
        assertThat(signedIn(whole())).isEqualTo(machine);
        try (Owner other = new Owner(relay.address())) {
            SignIn signIn =
                    new SignIn.Whole(relay.address(), other.keys.master(), other.bearer, false);
            MachineIdentity another = signedIn(signIn);
            assertThat(another.machine()).isNotEqualTo(machine.machine());
            try (RunningDaemon daemon = new RunningDaemon(home, another).awaitReady()) {
                assertThat(other.metadata(another.machine()).path("host").asString())
                        .isEqualTo("box");
                daemon.stop(ShutdownSource.CLI);
            }
        }
    }

    @Test
    void machineThatItsOwnerRemovesStaysAwayUntilItIsStartedAgain() throws Exception {
        MachineIdentity machine = signedIn(whole());
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            owner.removeMachine(machine.machine());
            assertThat(daemon.awaitEnd())
                    .isInstanceOfSatisfying(
                            DaemonEnd.NotAccepted.class,
                            end -> assertThat(end.message()).contains("removed"));
        }
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            assertThat(owner.row(machine.machine()).active()).isTrue();
        }
    }

    @Test
    void signedOutTerminalStopsAndSaysSo() throws Exception {
        MachineIdentity machine = signedIn(whole());
        new SignInFile(home).delete();
        try (RunningDaemon daemon = new RunningDaemon(home, machine)) {
            assertThat(daemon.awaitEnd())
                    .isInstanceOfSatisfying(
                            DaemonEnd.NotAccepted.class,
                            end -> assertThat(end.message()).contains("roost login"));
        }
    }
}
