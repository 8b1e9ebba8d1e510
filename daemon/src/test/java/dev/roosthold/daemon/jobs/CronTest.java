package dev.roosthold.daemon.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class CronTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> times(String cron, String after, int count) {
        List<String> times = new ArrayList<>();
        Optional<ZonedDateTime> at = Optional.of(ZonedDateTime.parse(after));
        for (int i = 0; i < count && at.isPresent(); i++) {
            at = Cron.parse(cron).next(at.get());
            at.ifPresent(time -> times.add(time.toOffsetDateTime().toString()));
        }
        return times;
    }

    @Test
    void fieldsMeanWhatTheyMeanElsewhere() {
        String after = "2026-01-01T00:00Z[UTC]";
        assertThat(times("*/20 9-10 * * *", after, 4))
                .containsExactly(
                        "2026-01-01T09:00Z",
                        "2026-01-01T09:20Z",
                        "2026-01-01T09:40Z",
                        "2026-01-01T10:00Z");
        assertThat(times("0 0 1 jan,jul *", after, 2))
                .containsExactly("2026-07-01T00:00Z", "2027-01-01T00:00Z");
        assertThat(times("30 8 * * mon-fri", after, 3))
                .containsExactly("2026-01-01T08:30Z", "2026-01-02T08:30Z", "2026-01-05T08:30Z");
        assertThat(times("0 0 * * 7", after, 1)).containsExactly("2026-01-04T00:00Z");
        // Either kind of day is enough when both are restricted.
        assertThat(times("0 0 13 * 5", after, 3))
                .containsExactly("2026-01-02T00:00Z", "2026-01-09T00:00Z", "2026-01-13T00:00Z");
        assertThat(times("0 0 29 2 *", after, 1)).containsExactly("2028-02-29T00:00Z");
        assertThat(times("0 0 30 2 *", after, 1)).isEmpty();
        assertThat(times("5/30 * * * *", after, 2))
                .containsExactly("2026-01-01T00:05Z", "2026-01-01T00:35Z");
    }

    @Test
    void anHourThatDoesNotExistIsMadeUpForAndOneThatComesTwiceCountsOnce() {
        // 29 March 2026: 02:00 becomes 03:00.
        assertThat(times("30 2 * * *", "2026-03-28T12:00+01:00[Europe/Berlin]", 2))
                .containsExactly("2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00");
        // 25 October 2026: 03:00 becomes 02:00.
        assertThat(times("30 2 * * *", "2026-10-24T12:00+02:00[Europe/Berlin]", 2))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
        assertThat(times("30 * * * *", "2026-10-25T01:45+02:00[Europe/Berlin]", 3))
                .containsExactly(
                        "2026-10-25T02:30+02:00",
                        "2026-10-25T02:30+01:00",
                        "2026-10-25T03:30+01:00");
    }

    @Test
    void whatIsNoScheduleIsRefused() {
        for (String text :
                List.of(
                        "",
                        "* * * *",
                        "60 * * * *",
                        "* 24 * * *",
                        "* * 0 * *",
                        "* * * 13 *",
                        "* * * * 8",
                        "5-1 * * * *",
                        "*/0 * * * *",
                        "a * * * *",
                        "1-2-3 * * * *",
                        "1/2/3 * * * *",
                        ", * * * *",
                        "-1 * * * *",
                        "999999999999 * * * *")) {
            assertThatThrownBy(() -> Cron.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Job job(String cron) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("cron", cron).put("timeZone", BERLIN.getId()).put("prompt", "look around");
        return Job.of("j1", object);
    }

    @Test
    void missedTimesAreMadeUpForOnceWhenTheyAreLessThanADayLate() {
        Instant now = Instant.parse("2026-06-10T12:00:00Z");
        Job daily = job("0 6 * * *");
        assertThat(daily.due(now.minusSeconds(30 * 86_400), now))
                .contains(Instant.parse("2026-06-10T04:00:00Z"));
        assertThat(job("*/5 * * * *").due(now.minusSeconds(86_400), now)).contains(now);
        // Seen to already.
        assertThat(daily.due(Instant.parse("2026-06-10T04:00:00Z"), now)).isEmpty();
        // Weekly, and more than a day late.
        assertThat(job("0 6 * * mon").due(now.minusSeconds(30 * 86_400), now)).isEmpty();
    }
}
