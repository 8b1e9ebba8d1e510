package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ContentionTest {
    private final Contention contention = new Contention();

    /// Near the end of the range of [System#nanoTime], which overflows.
    private long now = Long.MAX_VALUE - 1_000_000;

    private void passes(Duration time) {
        now += time.toNanos();
    }

    private void loses() {
        contention.lost(now);
    }

    private boolean isExpected() {
        return contention.isExpected(now);
    }

    @Test
    void nothingIsExpectedBeforeAWriteWasLost() {
        assertThat(isExpected()).isFalse();
    }

    @Test
    void itIsExpectedForAWhile() {
        loses();

        assertThat(isExpected()).isTrue();
        passes(Contention.SHORTEST.minusNanos(1));
        assertThat(isExpected()).isTrue();
        passes(Duration.ofNanos(1));
        assertThat(isExpected()).isFalse();
    }

    @Test
    void whatComesAgainIsExpectedForLongerUpToALimit() {
        loses();
        passes(Contention.SHORTEST);
        loses();
        passes(Contention.SHORTEST.multipliedBy(2).minusNanos(1));
        assertThat(isExpected()).isTrue();
        for (int i = 0; i < 10; i++) {
            loses();
        }
        passes(Contention.LONGEST.minusNanos(1));
        assertThat(isExpected()).isTrue();
        passes(Duration.ofNanos(1));
        assertThat(isExpected()).isFalse();
    }

    @Test
    void afterALongPeaceItBeginsAnew() {
        for (int i = 0; i < 10; i++) {
            loses();
        }
        passes(Contention.LONGEST.multipliedBy(2));
        loses();

        passes(Contention.SHORTEST);
        assertThat(isExpected()).isFalse();
    }
}
