package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.MachineId;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// The relay is killed while the daemon writes.
class RelayKillTest {
    private static final int ROUNDS = 4;

    @TempDir Path temp;

    @Test
    @Timeout(110)
    void whateverWriteTheKillHitsTheRowEndsAsTheDaemonMeansIt() throws Exception {
        SplittableRandom random = new SplittableRandom(20261121);
        Path home = temp.resolve("home");
        try (RelayProcess relay = new RelayProcess(temp.resolve("relay"));
                Owner owner = new Owner(relay.address())) {
            EnrolmentResult enrolled =
                    new Enrolment(home)
                            .enrol(
                                    relay.address(),
                                    owner.addMachine("laptop"),
                                    owner.accountKey(),
                                    temp,
                                    false);
            MachineCredential.WithToken machine =
                    ((EnrolmentResult.Enrolled) enrolled).credential();
            MachineId id = machine.machine();
            for (int round = 0; round < ROUNDS; round++) {
                String name = "laptop " + round;
                owner.rename(id, name);
                long before = System.currentTimeMillis();
                try (RunningDaemon daemon = new RunningDaemon(home, machine)) {
                    // Somewhere between the first request and the last acknowledgement.
                    Thread.sleep(random.nextInt(300));
                    relay.kill();
                    daemon.awaitTimes(MachineState.ERROR, 1);
                    relay.start();
                    daemon.awaitReady();

                    ObjectNode metadata = owner.metadata(id);
                    ObjectNode state = owner.daemonState(id);
                    assertThat(metadata.path("displayName").asString()).isEqualTo(name);
                    assertThat(state.path("status").asString()).isEqualTo("running");
                    assertThat(state.path("startedAt").asLong()).isGreaterThanOrEqualTo(before);
                    assertThat(owner.machineKey(id)).isEqualTo(machine.machineKey());
                    daemon.stop(ShutdownSource.CLI);
                }
                assertThat(owner.daemonState(id).path("status").asString()).isEqualTo("offline");
            }
        }
    }
}
