package dev.roosthold.conformance.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayProcess;
import dev.roosthold.conformance.faults.FaultProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything that more than twenty clients see of the relay is one history that could have
/// happened one after the other.
class CrowdTest {
    @TempDir Path data;

    @Test
    void theHistoryIsLinearizableWhileLinksBreak() throws Exception {
        links(CrowdOptions.of(20261126, Duration.ofSeconds(5)));
    }

    @Test
    void nothingIsLostDoubledOrLeftOutInTwentyKillsUnderLoad() throws Exception {
        kills(20, Duration.ofMillis(500));
    }

    @Test
    @Tag("soak")
    void nothingIsLostDoubledOrLeftOutInAThousandKillsUnderLoad() throws Exception {
        kills(1_000, Duration.ofMillis(900));
    }

    @Test
    @Tag("soak")
    void aMillionOperationsWithBreakingLinksAreLinearizable() throws Exception {
        links(
                CrowdOptions.of(1, Duration.ofMinutes(60))
                        .withCrowd(12, 4)
                        .withPause(Duration.ZERO)
                        .withOperations(1_000_000));
    }

    @Test
    void nothingIsLostDoubledOrLeftOutWhileTheClockOfTheServerJumps() throws Exception {
        clock(3);
    }

    @Test
    @Tag("soak")
    void nothingIsLostDoubledOrLeftOutInManyJumpsOfTheClockOfTheServer() throws Exception {
        clock(60);
    }

    /// The server is killed now and then, too: it starts with the clock as it was set.
    private void clock(int kills) throws Exception {
        try (var relay = RelayProcess.start(data)) {
            CrowdReport report =
                    Crowd.run(
                            relay.url(),
                            List.of(relay.url()),
                            CrowdOptions.of(11, Duration.ofHours(1)),
                            new MixedTroubles(
                                    new KillTrouble(
                                            relay::killAndRestart,
                                            kills,
                                            Duration.ofMillis(300),
                                            11),
                                    List.of(
                                            new ClockTrouble(
                                                    relay::setClock, Duration.ofDays(2), 11)),
                                    11));
            check(report);
            assertThat(report.faults()).isGreaterThan(kills);
        }
    }

    private void links(CrowdOptions options) throws Exception {
        List<FaultProxy> links = new ArrayList<>();
        try (var relay = RelayProcess.start(data)) {
            for (int i = 0; i < 4; i++) {
                links.add(FaultProxy.before(relay.url()));
            }
            check(
                    Crowd.run(
                            relay.url(),
                            links.stream().map(FaultProxy::url).toList(),
                            options,
                            new LinkTrouble(links, options.seed())));
        } finally {
            links.forEach(FaultProxy::close);
        }
    }

    private void kills(int count, Duration longestLife) throws Exception {
        try (var relay = RelayProcess.start(data)) {
            CrowdReport report =
                    Crowd.run(
                            relay.url(),
                            List.of(relay.url()),
                            CrowdOptions.of(7, Duration.ofHours(3)),
                            new KillTrouble(relay::killAndRestart, count, longestLife, 7));
            check(report);
            assertThat(report.kills()).isEqualTo(count);
        }
    }

    private static void check(CrowdReport report) {
        System.out.println(report.summary());
        assertThat(report.wrong()).as(report.summary()).isEmpty();
        assertThat(report.acknowledged()).isGreaterThan(100);
        assertThat(report.heard()).isGreaterThan(100);
        assertThat(report.cuts()).isPositive();
    }
}
