package dev.roosthold.daemon.jobs;

import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A schedule of five fields: minute, hour, day of the month, month, day of the week. Fields are
/// `*`, numbers, ranges, steps and lists of them; months and days may have English names of three
/// letters, Sunday is 0 or 7. When both kinds of days are restricted, either is enough. Immutable.
///
/// When clocks go forward, what was due in the hour that does not exist is due when it is over.
/// When they go back, a schedule that names its hours is due once, in the first of the two; one
/// for every hour goes on in both.
final class Cron {
    private static final int MAX_TEXT = 200;

    /// Even 29 February comes within eight years.
    private static final int MAX_YEARS = 9;

    private static final List<String> MONTHS =
            List.of(
                    "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");
    private static final List<String> DAYS =
            List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet monthDays;
    private final BitSet months;
    private final BitSet weekDays;
    private final boolean everyHour;
    private final boolean everyMonthDay;
    private final boolean everyWeekDay;

    private Cron(String[] fields) {
        minutes = field(fields[0], 0, 59, List.of());
        hours = field(fields[1], 0, 23, List.of());
        monthDays = field(fields[2], 1, 31, List.of());
        months = field(fields[3], 1, 12, MONTHS);
        weekDays = field(fields[4], 0, 7, DAYS);
        if (weekDays.get(7)) {
            weekDays.set(0);
        }
        everyHour = fields[1].startsWith("*");
        everyMonthDay = fields[2].startsWith("*");
        everyWeekDay = fields[4].startsWith("*");
    }

    /// @throws IllegalArgumentException with a message for people
    static Cron parse(String text) {
        String[] fields = text.strip().split("\\s+");
        if (text.length() > MAX_TEXT || fields.length != 5) {
            throw new IllegalArgumentException("a schedule has five fields");
        }
        return new Cron(fields);
    }

    private static BitSet field(String text, int least, int most, List<String> names) {
        BitSet set = new BitSet();
        for (String part : text.split(",", -1)) {
            String[] stepped = part.split("/", -1);
            int step = stepped.length == 2 ? number(stepped[1], 1, most, List.of()) : 1;
            if (stepped.length > 2) {
                throw wrong(text);
            }
            String[] range = stepped[0].split("-", -1);
            int from = least;
            int to = most;
            if (!stepped[0].equals("*")) {
                from = number(range[0], least, most, names);
                to =
                        range.length == 2
                                ? number(range[1], least, most, names)
                                : stepped.length == 2 ? most : from;
            }
            if (range.length > 2 || from > to) {
                throw wrong(text);
            }
            for (int value = from; value <= to; value += step) {
                set.set(value);
            }
        }
        return set;
    }

    private static int number(String text, int least, int most, List<String> names) {
        int named = text.isEmpty() ? -1 : names.indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return named;
        }
        if (!text.matches("\\d{1,2}")) {
            throw wrong(text);
        }
        int value = Integer.parseInt(text);
        if (value < least || value > most) {
            throw wrong(text);
        }
        return value;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("\"" + text + "\" has no place in a schedule");
    }

    /// The first time after this one; empty when there is none, as on 30 February.
    Optional<ZonedDateTime> next(ZonedDateTime after) {
        return everyHour ? nextInstant(after) : nextLocal(after);
    }

    /// In the time that clocks show.
    private Optional<ZonedDateTime> nextLocal(ZonedDateTime after) {
        LocalDateTime at = after.toLocalDateTime();
        while (true) {
            Optional<LocalDateTime> found = next(at, at.plusYears(MAX_YEARS));
            if (found.isEmpty()) {
                return Optional.empty();
            }
            at = found.get();
            // A time that does not exist becomes one that does; of two, the earlier.
            ZonedDateTime due = ZonedDateTime.ofLocal(at, after.getZone(), null);
            if (due.isAfter(after)) {
                return Optional.of(due);
            }
        }
    }

    private Optional<LocalDateTime> next(LocalDateTime after, LocalDateTime end) {
        LocalDateTime at = after.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        while (at.isBefore(end)) {
            if (!months.get(at.getMonthValue())) {
                at = at.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
            } else if (!isDay(at)) {
                at = at.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    /// In the time that passes.
    private Optional<ZonedDateTime> nextInstant(ZonedDateTime after) {
        ZonedDateTime at = after.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime end = after.plusYears(MAX_YEARS);
        while (at.isBefore(end)) {
            if (!months.get(at.getMonthValue())) {
                at = at.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
            } else if (!isDay(at.toLocalDateTime())) {
                at = at.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(at.getHour()) || !minutes.get(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private boolean isDay(LocalDateTime at) {
        boolean monthDay = monthDays.get(at.getDayOfMonth());
        boolean weekDay = weekDays.get(at.getDayOfWeek().getValue() % 7);
        return everyMonthDay || everyWeekDay ? monthDay && weekDay : monthDay || weekDay;
    }
}
