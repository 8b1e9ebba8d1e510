package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Property
    void firstRetryComesWithinASecondAndNoneTakesMoreThanFour(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 100_000) int failures) {
        Backoff backoff = Backoff.reconnecting(new SplittableRandom(seed));
        assertThat(backoff.pause(1)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        Duration bound =
                failures >= 3 ? Duration.ofMillis(3_500) : Duration.ofSeconds(1L << (failures - 1));
        assertThat(backoff.pause(failures)).isBetween(bound.dividedBy(2), bound);
    }

    @Test
    void clientsOfOneRelayDoNotComeBackTogether() {
        RandomGenerator random = new SplittableRandom(1);
        Backoff backoff = Backoff.reconnecting(random);
        assertThat(Stream.generate(() -> backoff.pause(5)).limit(50).distinct())
                .hasSizeGreaterThan(45);
    }

    @Test
    void hugeFirstPauseIsStillBounded() {
        Backoff backoff =
                new Backoff(
                        Duration.ofDays(10_000), Duration.ofDays(20_000), new SplittableRandom(1));
        assertThat(backoff.pause(1_000))
                .isBetween(Duration.ofDays(10_000), Duration.ofDays(20_000));
    }

    @Test
    void pauseWithoutFailureIsAMistake() {
        Backoff backoff = Backoff.reconnecting(new SplittableRandom(1));
        assertThatThrownBy(() -> backoff.pause(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
