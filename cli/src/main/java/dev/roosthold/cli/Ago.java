package dev.roosthold.cli;

import java.time.Duration;

/// How long ago something was, as a person says it.
final class Ago {
    private Ago() {}

    /// @param ms Unix milliseconds; 0 is never
    static String of(long ms, long nowMs) {
        if (ms <= 0) {
            return "never";
        }
        Duration ago = Duration.ofMillis(Math.max(0, nowMs - ms));
        if (ago.toMinutes() < 1) {
            return "just now";
        }
        if (ago.toHours() < 1) {
            return ago.toMinutes() + " min ago";
        }
        return ago.toDays() < 2 ? ago.toHours() + " h ago" : ago.toDays() + " days ago";
    }
}
