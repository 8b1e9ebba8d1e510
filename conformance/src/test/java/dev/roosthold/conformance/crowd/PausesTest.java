package dev.roosthold.conformance.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.crowd.Pauses.Pause;
import dev.roosthold.conformance.crowd.Pauses.Wait;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static long at(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static Fault fault(String what, long from, long to) {
        return new Fault(what, at(from), at(to), Optional.empty());
    }

    private static Wait waited(long from, long to) {
        return new Wait(at(from), at(to));
    }

    private static Pauses pauses(List<Fault> faults, Wait... waits) {
        return Pauses.of(faults, new ArrayDeque<>(List.of(waits)));
    }

    @Test
    void aWaitCountsInFullForTheFaultThatCameWhileItLasted() {
        var faults = List.of(fault("a", 100, 150), fault("b", 1_000, 1_200));
        assertThat(pauses(faults, waited(90, 400), waited(950, 1_900)).all())
                .containsExactly(new Pause("a", 310, 50), new Pause("b", 950, 200));
    }

    @Test
    void aWaitThatBeganLaterCountsForTheFaultBefore() {
        var faults = List.of(fault("a", 100, 150), fault("b", 1_000, 1_200));
        assertThat(pauses(faults, waited(110, 700), waited(1_300, 1_310)).all())
                .extracting(Pause::millis)
                .containsExactly(590L, 10L);
    }

    @Test
    void aWaitThatWasOverBeforeCountsForNone() {
        assertThat(pauses(List.of(fault("a", 100, 150)), waited(10, 99)).all())
                .extracting(Pause::millis)
                .containsExactly(0L);
        assertThat(pauses(List.of(), waited(10, 99)).all()).isEmpty();
    }

    @Test
    void theShareIsThatOfTheFaults() {
        var faults = List.of(fault("a", 0, 1), fault("a", 1_000, 1_001), fault("b", 2_000, 2_001));
        Pauses pauses = pauses(faults, waited(1, 11), waited(1_001, 1_021), waited(2_001, 2_031));
        assertThat(pauses.quantileMillis(0.5)).isEqualTo(20);
        assertThat(pauses.quantileMillis(0.99)).isEqualTo(30);
        assertThat(pauses.summary()).hasSize(3);
        assertThat(Pauses.NONE.quantileMillis(1)).isZero();
    }
}
