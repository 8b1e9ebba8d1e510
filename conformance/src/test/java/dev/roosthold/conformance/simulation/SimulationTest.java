package dev.roosthold.conformance.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.store.SimulatedStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The relay's own code under thousands of interleavings, in virtual time and on one thread.
///
/// It is here because it judges with the history checker, which the relay must not know. A failing
/// seed fails again: run it alone with `new SimulationTest().…` or put it into [#FIRST_SEED].
class SimulationTest {
    private static final long FIRST_SEED = 20261126L;
    private static final int SEEDS = 300;

    /// Every planted fault is noticed within so many seeds.
    private static final int SEEDS_FOR_A_BUG = 60;

    @TempDir static Path folder;

    private SimulatedStore store;
    private Simulation.Time time;
    private SealKey key;

    @BeforeEach
    void open() throws Exception {
        time = new Simulation.Time();
        store = SimulatedStore.open(time);
        key = SealKey.open(new SecretFiles(folder), "recovery.key");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void everyInterleavingKeepsEveryPromise() {
        run(SEEDS);
    }

    @Test
    @Tag("soak")
    void aHundredThousandInterleavingsKeepEveryPromise() {
        run(100_000);
    }

    private void run(int seeds) {
        long begin = System.nanoTime();
        long operations = 0;
        long crashes = 0;
        for (int i = 0; i < seeds; i++) {
            Simulation.Outcome outcome = Simulation.run(FIRST_SEED + i, Bug.NONE, store, time, key);
            assertThat(outcome.wrong()).as("seed %d", outcome.seed()).isEmpty();
            operations += outcome.operations();
            crashes += outcome.crashes();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%d seeds, %d operations, %d crashes in %.1f s: %.0f seeds a minute%n",
                seeds, operations, crashes, seconds, seeds / seconds * 60);
        assertThat(operations).isGreaterThan(seeds * 10L);
        assertThat(crashes).isPositive();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedBugIsNoticed(Bug bug) {
        List<String> noticed = new ArrayList<>();
        for (int i = 0; i < SEEDS_FOR_A_BUG && noticed.isEmpty(); i++) {
            Simulation.Outcome outcome = Simulation.run(FIRST_SEED + i, bug, store, time, key);
            if (!outcome.wrong().isEmpty()) {
                noticed.add("seed " + outcome.seed() + ": " + outcome.wrong().getFirst());
            }
        }
        assertThat(noticed).as("%s", bug).isNotEmpty();
        System.out.println(bug + " -> " + noticed.getFirst().lines().findFirst().orElse(""));
    }

    @Test
    void aSeedAlwaysTakesTheSameSteps() {
        for (int i = 0; i < 20; i++) {
            Simulation.Outcome first = Simulation.run(FIRST_SEED + i, Bug.NONE, store, time, key);
            time = new Simulation.Time();
            store.close();
            try {
                store = SimulatedStore.open(time);
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
            Simulation.Outcome second = Simulation.run(FIRST_SEED + i, Bug.NONE, store, time, key);
            assertThat(second.trace()).isEqualTo(first.trace());
        }
    }
}
