package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineWatchTest {
    private final AtomicLong wallMs = new AtomicLong(1_000_000);
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger doubts = new AtomicInteger();
    private final Deque<Runnable> ticks = new ArrayDeque<>();

    private final Scheduler scheduler =
            (_, task) -> {
                synchronized (ticks) {
                    ticks.add(task);
                }
                return () -> {};
            };

    private final Clock clock =
            new Clock() {
                @Override
                public ZoneOffset getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(java.time.ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return Instant.ofEpochMilli(wallMs.get());
                }
            };

    /// Time passes, then the watch looks.
    private void passes(Duration wall, Duration timer) {
        Runnable tick = await().until(this::next, java.util.Objects::nonNull);
        wallMs.addAndGet(wall.toMillis());
        nanos.addAndGet(timer.toNanos());
        tick.run();
        await().until(
                        () -> {
                            synchronized (ticks) {
                                return !ticks.isEmpty();
                            }
                        });
    }

    private Runnable next() {
        synchronized (ticks) {
            return ticks.poll();
        }
    }

    @Test
    void sleepAndClockChangesAreNoticedAndOrdinaryTimeIsNot() {
        try (LineWatch watch =
                new LineWatch(scheduler, clock, nanos::get, doubts::incrementAndGet)) {
            watch.start();
            passes(Duration.ofSeconds(3), Duration.ofSeconds(3));
            passes(Duration.ofMillis(3_900), Duration.ofSeconds(3));
            assertThat(doubts).hasValue(0);
            // Asleep, on a system whose timers stand still, and on one whose timers go on.
            passes(Duration.ofHours(1), Duration.ofSeconds(3));
            assertThat(doubts).hasValue(1);
            passes(Duration.ofHours(1), Duration.ofHours(1));
            assertThat(doubts).hasValue(2);
            // The clock is set back.
            passes(Duration.ofHours(-2), Duration.ofSeconds(3));
            assertThat(doubts).hasValue(3);
            passes(Duration.ofSeconds(3), Duration.ofSeconds(3));
            assertThat(doubts).hasValue(3);
        }
    }
}
