package dev.roosthold.conformance.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedExchangesTest {
    @TempDir Path folder;

    @Test
    void relayAnswersAsRecordedExceptForTheDeclaredDifferences() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            assertAsRecorded(Replay.against(relay.url()));
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
        assertThat(report.exchanges()).hasSize(98);
    }
}
