package dev.roosthold.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many clients at random, cut off and back again, with a relay that is killed meanwhile.
class ChaosTest {
    @TempDir Path data;

    @Test
    void everyClientEndsWithTheSameMessagesAndState() throws Exception {
        run(new ChaosSuite.Options(20_261_125L, 6, Duration.ofSeconds(8), 0));
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheRelayIsKilledUnderLoad() throws Exception {
        run(new ChaosSuite.Options(1L, 4, Duration.ofSeconds(9), 2));
    }

    @Test
    @Tag("soak")
    void twoHundredSocketsForTwoMinutes() throws Exception {
        run(new ChaosSuite.Options(2L, 20, Duration.ofMinutes(2), 0));
    }

    @Test
    @Tag("soak")
    void thirtyKillsUnderLoad() throws Exception {
        run(new ChaosSuite.Options(3L, 20, Duration.ofMinutes(4), 30));
    }

    private void run(ChaosSuite.Options options) throws Exception {
        try (var relay = RelayProcess.start(data)) {
            ChaosReport report = ChaosSuite.run(relay.url(), options, relay::killAndRestart);
            System.err.println(report.summary());
            assertThat(report.wrong()).as(report.summary()).isEmpty();
            assertThat(report.stored()).isPositive();
            assertThat(report.answered()).isPositive();
            assertThat(report.continued()).isPositive();
        }
    }
}
