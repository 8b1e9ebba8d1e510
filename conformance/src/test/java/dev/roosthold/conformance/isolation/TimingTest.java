package dev.roosthold.conformance.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayProcess;
import dev.roosthold.conformance.RelayRig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimingTest {
    private static final long SEED = 20_261_125;

    @TempDir Path folder;

    /// Times of a busy computer prove nothing: this share shows that the comparison runs.
    @Test
    void everyReferenceIsMeasured() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            assertThat(Timing.measure(relay.url(), 20, SEED)).hasSizeGreaterThan(40);
        }
    }

    @Test
    void aDifferenceOfTenMicrosecondsIsSeenAndNoneIsNotMadeUp() {
        Random random = new Random(SEED);
        long[][] samples = new long[3][4_000];
        for (int i = 0; i < 4_000; i++) {
            for (long[] series : samples) {
                series[i] = 200_000 + Math.abs(Math.round(random.nextGaussian() * 40_000));
            }
        }
        assertThat(Timing.judge("alike", samples, random).differs()).isFalse();

        for (int i = 0; i < 4_000; i++) {
            samples[0][i] += 10_000;
        }
        assertThat(Timing.judge("slower", samples, random).differs()).isTrue();
    }

    @Tag("soak")
    @Test
    void somebodysIdTakesAsLongAsNobodys() throws Exception {
        try (RelayProcess relay = RelayProcess.start(folder)) {
            List<Timing.Line> lines = Timing.measure(relay.url(), 6_000, SEED);

            lines.forEach(System.out::println);
            assertThat(lines).filteredOn(Timing.Line::differs).isEmpty();
        }
    }
}
