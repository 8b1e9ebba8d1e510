package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.MachineToken;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.daemon.local.LocalClient;
import dev.roosthold.protocol.MachineId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Enrolment with a token only, against the real relay.
@Timeout(60)
class ApprovalTest {
    @TempDir Path temp;
    private Path home;
    private RelayRig relay;
    private Owner owner;
    private MachineToken token;
    private PendingEnrolment pending;

    @BeforeEach
    void start() throws InterruptedException {
        home = temp.resolve("home");
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
        token = owner.addMachine("laptop");
        pending = enrol();
    }

    @AfterEach
    void stop() {
        owner.close();
        relay.close();
    }

    private PendingEnrolment enrol() {
        return ((EnrolmentResult.Waiting)
                        new Enrolment(home).enrolByApproval(relay.address(), token, temp, false))
                .pending();
    }

    private String enrolment() {
        return owner.webRow(token.machine()).path("enrolment").asString();
    }

    @Test
    void theCodeIsTheOneThatThePageComputes() {
        byte[] key = new byte[32];
        IntStream.range(0, 32).forEach(i -> key[i] = (byte) i);
        // Computed with another program from the definition.
        assertThat(
                        PendingEnrolment.code(
                                new MachineId("V1StGXR8_Z5jdHi6B-myT"), new BoxPublicKey(key)))
                .isEqualTo("SCHB-3OAW-TYAF");
        assertThat(pending.code()).matches("[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}");
    }

    @Test
    void machineIsOnlineWithoutKeysUntilItsOwnerApprovesAndThenReadable() throws Exception {
        try (RunningDaemon daemon = new RunningDaemon(home, pending)) {
            daemon.awaitState(MachineState.WAITING_APPROVAL);
            await().until(
                            () ->
                                    owner.webRow(token.machine())
                                            .path("status")
                                            .asString()
                                            .equals("online"));
            assertThat(enrolment()).isEqualTo("keys");
            assertThat(LocalClient.of(home).orElseThrow().status().code()).contains(pending.code());
            assertThat(PendingEnrolment.code(token.machine(), owner.waitingKey(token.machine())))
                    .isEqualTo(pending.code());

            owner.approve(token.machine());

            daemon.awaitReady();
            assertThat(daemon.states())
                    .containsExactly(
                            MachineState.REGISTERING,
                            MachineState.WAITING_APPROVAL,
                            MachineState.CONNECTING,
                            MachineState.READY);
            assertThat(owner.metadata(token.machine()).path("displayName").asString())
                    .isEqualTo("laptop");
            assertThat(enrolment()).isEqualTo("ready");
            MachineCredential stored = new Enrolment(home).current().orElseThrow();
            assertThat(stored.machineKey()).isEqualTo(owner.machineKey(token.machine()));
            assertThat(Files.readString(home.resolve("machine.json"))).doesNotContain("requestKey");
        }
    }

    @Test
    void approvalThatCameWhileTheDaemonWasAwayIsFoundAtTheNextStart() throws Exception {
        try (RunningDaemon daemon = new RunningDaemon(home, pending)) {
            daemon.awaitState(MachineState.WAITING_APPROVAL);
            await().until(() -> enrolment().equals("keys"));
            daemon.stop(ShutdownSource.CLI);
        }
        owner.approve(token.machine());
        var again = (PendingEnrolment) new Enrolment(home).identity().orElseThrow();
        assertThat(again).isEqualTo(pending);
        try (RunningDaemon daemon = new RunningDaemon(home, again).awaitReady()) {
            assertThat(daemon.notices).isEmpty();
        }
    }

    @Test
    void relayThatRestartsMeanwhileChangesNothing() throws Exception {
        try (RunningDaemon daemon = new RunningDaemon(home, pending)) {
            daemon.awaitState(MachineState.WAITING_APPROVAL);
            relay.stop();
            await().atMost(Duration.ofSeconds(10)).until(() -> !daemon.notices.isEmpty());
            relay.startAgain();
            assertThat(daemon.daemon.state()).isEqualTo(MachineState.WAITING_APPROVAL);
            await().atMost(Duration.ofSeconds(10))
                    .until(
                            () ->
                                    owner.webRow(token.machine())
                                            .path("status")
                                            .asString()
                                            .equals("online"));
            owner.approve(token.machine());
            daemon.awaitReady();
        }
    }

    @Test
    void rejectedMachineStopsAndSaysWhy() throws Exception {
        try (RunningDaemon daemon = new RunningDaemon(home, pending)) {
            daemon.awaitState(MachineState.WAITING_APPROVAL);
            await().until(() -> enrolment().equals("keys"));
            owner.reject(token.machine());
            assertThat(daemon.awaitEnd())
                    .isInstanceOfSatisfying(
                            DaemonEnd.NotAccepted.class,
                            end -> assertThat(end.message()).contains("rejected"));
        }
    }

    @Test
    void enrollingAgainKeepsTheCodeAndTheAccountKeyEndsTheWait() {
        assertThat(enrol()).isEqualTo(pending);
        EnrolmentResult result =
                new Enrolment(home).enrol(relay.address(), token, owner.accountKey(), temp, false);
        assertThat(result).isInstanceOf(EnrolmentResult.Enrolled.class);
        assertThat(new Enrolment(home).enrolByApproval(relay.address(), token, temp, false))
                .isInstanceOf(EnrolmentResult.Continued.class);
    }
}
