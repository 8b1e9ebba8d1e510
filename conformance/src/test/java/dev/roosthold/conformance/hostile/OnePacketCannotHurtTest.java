package dev.roosthold.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class OnePacketCannotHurtTest {
    @TempDir Path folder;

    @Test
    void nobodyElseNoticesAHostilePacket() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            PacketSuite.Report report = PacketSuite.against(relay.url());

            System.out.println(report.packets() + " hostile packets");
            assertThat(report.violations()).isEmpty();
            assertThat(report.notBest()).isEmpty();
            assertThat(report.notOffered()).isEmpty();
            assertThat(report.packets()).isGreaterThan(2500);
        }
    }

    @Test
    void nothingIsReachedBeforeASuccessfulConnect() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            assertThat(ConnectSuite.against(relay.url())).isEmpty();
        }
    }
}
