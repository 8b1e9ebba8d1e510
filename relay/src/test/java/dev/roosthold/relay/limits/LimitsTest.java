package dev.roosthold.relay.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.relay.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LimitsTest {

    @Property(tries = 200)
    void aBucketNeverGivesMoreThanItsRateAllows(
            @ForAll @Size(max = 100) List<@IntRange(max = 3_000) Integer> pausesMs,
            @ForAll @IntRange(min = 1, max = 20) int burst,
            @ForAll @IntRange(min = 1, max = 10) int perSecond) {
        var bucket = new TokenBucket(new Rate(burst, perSecond), 0);
        long now = 0;
        int given = 0;
        for (int pause : pausesMs) {
            now += pause;
            given += bucket.tryTake(now) ? 1 : 0;
            assertThat(given).isLessThanOrEqualTo(burst + (int) (now * perSecond / 1000) + 1);
        }
        assertThat(bucket.tryTake(now + 1_000)).as("it heals").isTrue();
    }

    @Test
    void whatHappenedElsewhereCountsAndIsNotToldAgain() {
        var clock = new ManualClock();
        var limiter = new RateLimiter(new Rate(5, 1), clock);
        var window = new SlidingWindow(3, Duration.ofMinutes(1), clock);
        List<String> told = new ArrayList<>();
        limiter.whenCounted(told::add);
        window.whenCounted(told::add);
        limiter.countedElsewhere("a", 3);
        window.countedElsewhere("a", 2);
        assertThat(told).isEmpty();

        assertThat(limiter.tryTake("a")).isTrue();
        assertThat(limiter.tryTake("a")).isTrue();
        assertThat(limiter.tryTake("a")).isFalse();
        assertThat(limiter.tryTake("b")).isTrue();
        assertThat(window.isFull("a")).isFalse();
        window.add("a");
        assertThat(window.isFull("a")).isTrue();
        assertThat(told).containsExactly("a", "a", "b", "a");
    }

    @Test
    void moreThanThereIsElsewhereHealsAsSoonAsWhatIsHere() {
        var clock = new ManualClock();
        var limiter = new RateLimiter(new Rate(5, 1), clock);
        limiter.countedElsewhere("a", 1_000);
        assertThat(limiter.tryTake("a")).isFalse();
        clock.pass(Duration.ofSeconds(1));
        assertThat(limiter.tryTake("a")).isTrue();
        var window = new SlidingWindow(3, Duration.ofMinutes(1), clock);
        window.countedElsewhere("a", 1_000_000);
        assertThat(window.isFull("a")).isTrue();
        clock.pass(Duration.ofSeconds(61));
        assertThat(window.isFull("a")).isFalse();
    }

    @Test
    void aClockThatIsSetBackShutsNobodyOut() {
        var clock = new ManualClock();
        var window = new SlidingWindow(2, Duration.ofMinutes(1), clock);
        var bucket = new TokenBucket(new Rate(1, 1), clock.millis());
        assertThat(bucket.tryTake(clock.millis())).isTrue();
        window.add("key");
        window.add("key");
        assertThat(window.isFull("key")).isTrue();
        clock.pass(Duration.ofDays(-1));
        assertThat(bucket.tryTake(clock.millis())).isFalse();
        clock.pass(Duration.ofSeconds(61));
        assertThat(window.isFull("key")).isFalse();
        assertThat(bucket.tryTake(clock.millis())).isTrue();
        window.add("key");
        window.add("key");
        assertThat(window.isFull("key")).isTrue();
    }

    @Property(tries = 200)
    void aWindowIsFullExactlyWhenTheLimitWasReachedWithinThePeriod(
            @ForAll @Size(max = 60) List<@IntRange(max = 40) Integer> pausesSeconds,
            @ForAll @IntRange(min = 1, max = 10) int limit) {
        var clock = new ManualClock();
        var window = new SlidingWindow(limit, Duration.ofMinutes(1), clock);
        var model = new ArrayDeque<Long>();
        for (int pause : pausesSeconds) {
            clock.pass(Duration.ofSeconds(pause));
            long now = clock.millis();
            model.removeIf(at -> at <= now - 60_000);
            assertThat(window.isFull("key")).isEqualTo(model.size() >= limit);
            assertThat(window.isFull("other")).isFalse();
            window.add("key");
            model.add(now);
        }
    }
}
