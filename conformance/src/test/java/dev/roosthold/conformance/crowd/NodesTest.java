package dev.roosthold.conformance.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.PostgresProcess;
import dev.roosthold.conformance.RelayProcess;
import dev.roosthold.conformance.crowd.NodeTrouble.Victim;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two relays on one PostgreSQL with NATS between them, each of which is killed while clients work
/// that go from one relay to the other: all that they see is one history, and nobody waits long.
class NodesTest {
    private static final long LONGEST_PAUSE_MILLIS = 3_000;
    private static final long LONGEST_ERROR_MILLIS = 1_000;

    @TempDir Path folder;

    @Test
    @Tag("peers")
    void nothingIsLostWhenEachPartIsKilled() throws Exception {
        run(CrowdOptions.of(9, Duration.ofMinutes(5)), 4, 1, Duration.ofSeconds(2));
    }

    @Test
    @Tag("soak")
    void nothingIsLostAndNobodyWaitsLongInFiftyKillsOfNodes() throws Exception {
        long seed = Long.getLong("nodes.seed", 50);
        CrowdReport report =
                run(CrowdOptions.of(seed, Duration.ofHours(1)), 50, 5, Duration.ofSeconds(4));
        assertThat(report.calls().refusedThoughServed()).isZero();
        assertThat(report.calls().slowestFailureMillis()).isLessThan(LONGEST_ERROR_MILLIS);
        assertThat(report.pauses().quantileMillis(0.99)).isLessThan(LONGEST_PAUSE_MILLIS);
    }

    private CrowdReport run(
            CrowdOptions options, int ofNodes, int ofEachOther, Duration longestPeace)
            throws Exception {
        // Two processors have to carry all of it, with a new relay that starts now and then.
        CrowdOptions load = options.withCrowd(2, 6).withPause(Duration.ofMillis(80)).withNodes();
        Path data = Files.createDirectory(folder.resolve("data"));
        try (var postgres = PostgresProcess.start(folder);
                var nats = NatsChild.start();
                var one = RelayProcess.node(data, postgres.address(), nats.address());
                var two = RelayProcess.node(data, postgres.address(), nats.address())) {
            var trouble =
                    new NodeTrouble(
                            List.of(
                                    node("node", one, ofNodes / 2),
                                    node("node", two, ofNodes - ofNodes / 2),
                                    new Victim("NATS", Optional.empty(), ofEachOther, nats),
                                    new Victim(
                                            "PostgreSQL", Optional.empty(), ofEachOther, postgres)),
                            longestPeace,
                            options.seed());
            CrowdReport report = Crowd.run(one.url(), List.of(one.url(), two.url()), load, trouble);
            check(report, ofNodes + 2 * ofEachOther);
            return report;
        }
    }

    private static Victim node(String what, RelayProcess relay, int times) {
        URI address = relay.url();
        return new Victim(what, Optional.of(address), times, relay::killAndRestart);
    }

    private static void check(CrowdReport report, int kills) {
        System.out.println(report.summary());
        report.pauses().summary().forEach(System.out::println);
        System.out.println(report.calls().summary());
        assertThat(report.wrong()).as(report.summary()).isEmpty();
        assertThat(report.kills()).isEqualTo(kills);
        assertThat(report.pauses().all()).hasSize(kills);
        assertThat(report.acknowledged()).isGreaterThan(100);
        assertThat(report.heard()).isGreaterThan(100);
        assertThat(report.calls().answered()).isGreaterThan(100);
    }
}
