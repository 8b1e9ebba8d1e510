package dev.roosthold.conformance.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import dev.roosthold.conformance.description.DescriptionWitness;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// At the same time, because most of a replay is waiting for answers that are slow by contract.
@Execution(ExecutionMode.CONCURRENT)
class RecordedExchangesTest {
    @TempDir Path folder;

    @Test
    void relayAnswersAsRecordedExceptForTheDeclaredDifferencesAndAsItDescribesItself()
            throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            var description = new DescriptionWitness(relay.url());
            assertAsRecorded(Replay.against(relay.url(), description));
            System.out.println("described: " + description.summary());
            assertThat(description.problems()).isEmpty();
        }
    }

    @Test
    void listenersOnLongPollingSeeTheSame() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            assertAsRecorded(Replay.overPolling(relay.url()));
        }
    }

    private static void assertAsRecorded(ReplayReport report) {
        System.out.println(report.summary());
        assertThat(report.unexpected()).isEmpty();
        assertThat(report.allowancesNotUsed()).isEmpty();
        assertThat(report.exchanges()).hasSize(420);
    }
}
