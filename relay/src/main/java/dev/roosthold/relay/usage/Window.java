package dev.roosthold.relay.usage;

import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is to be summed.
///
/// @param session only of this one; null for everything of the account
/// @param fromMs Unix milliseconds of arrival, included; likewise `toMs`
record Window(@Nullable SessionId session, long fromMs, long toMs, GroupBy groupBy) {

    /// Length of a bucket. Buckets begin at full hours and days of UTC.
    enum GroupBy {
        HOUR("hour", Duration.ofHours(1)),
        DAY("day", Duration.ofDays(1));

        private final String text;
        private final Duration length;

        GroupBy(String text, Duration length) {
            this.text = text;
            this.length = length;
        }

        String text() {
            return text;
        }

        /// When the bucket of a time begins, both in Unix milliseconds.
        long begin(long timeMs) {
            return Math.floorDiv(timeMs, length.toMillis()) * length.toMillis();
        }

        static Optional<GroupBy> of(String text) {
            return Arrays.stream(values()).filter(one -> one.text.equals(text)).findFirst();
        }
    }
}
