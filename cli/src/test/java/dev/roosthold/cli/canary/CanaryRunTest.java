package dev.roosthold.cli.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class CanaryRunTest {
    @TempDir Path folder;

    @Test
    void nothingThatIsEncryptedOrSecretIsInDatabaseLogsMetricsOrMemory() throws Exception {
        Secrets secrets = new Secrets();
        String planted = "CanaryPlanted" + Secrets.letters(20);
        Needles bait = new Needles().text("planted", planted);
        Path home = folder.resolve("relay");
        Path log = folder.resolve("relay.log");
        Path heap = folder.resolve("relay.hprof");
        String metrics;
        try (RoostUp relay = RoostUp.start(home, log, "invite")) {
            try (People people = new People(relay.url(), secrets, folder.resolve("clients"))) {
                people.signUp(relay.invite(folder.resolve("invite.txt")));
                people.pair();
                people.runDaemon("laptop");
                people.work();
                people.keep();
                people.entrust();
                people.blunder();
                people.plant(planted);
            }
            metrics = relay.fetchMetrics();
            relay.dumpHeap(heap);

            assertThat(Haystack.inFiles(secrets.notStored(), home))
                    .as("files of the relay")
                    .isEmpty();
            assertThat(Haystack.inRows(secrets.notStored(), relay.data())).as("rows").isEmpty();
            assertThat(Haystack.inFiles(bait, home)).as("what was planted, in files").isNotEmpty();
            assertThat(Haystack.inRows(bait, relay.data()))
                    .as("what was planted, in rows")
                    .isNotEmpty();
            assertThat(Haystack.inFile(bait, heap)).as("what was planted, in memory").isNotEmpty();

            relay.stop();
        }
        assertThat(Haystack.inFile(secrets.ofClients(), heap)).as("memory of the relay").isEmpty();
        assertThat(Haystack.inFiles(secrets.notStored(), home))
                .as("files after the stop")
                .isEmpty();
        assertThat(Haystack.inFile(secrets.notTold(), log)).as("log").isEmpty();
        assertThat(metrics).contains("websocket_connections_total");
        assertThat(secrets.notTold().in(Haystack.stream(metrics))).as("metrics").isEmpty();
        assertThat(bait.in(Haystack.stream(metrics))).as("names, in metrics").isEmpty();
        assertThat(secrets.count()).isGreaterThan(50);
        System.out.printf(
                "canaries: %d secrets in %d KB of files, %d KB of memory, %d bytes of log%n",
                secrets.count(),
                Haystack.size(home) >> 10,
                Files.size(heap) >> 10,
                Files.size(log));
    }
}
