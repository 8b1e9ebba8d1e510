package dev.roosthold.conformance.crowd;

import java.util.List;

/// How a machine daemon fared that was killed now and then.
///
/// @param kills how often
/// @param slowestOfflineMillis the longest time from a kill until the server showed the machine
///     offline
/// @param slowestOnlineMillis the longest time from the start of the daemon until the server showed
///     the machine online
/// @param answered encrypted calls that it answered
/// @param unanswered calls that ended with an error, or with the connection of their caller
/// @param wrong what must not be: a call that ran twice, was answered and never run, or refused and
///     run; a machine that is shown as what it is not, for a long time; a version that went back
public record DaemonReport(
        int kills,
        long slowestOfflineMillis,
        long slowestOnlineMillis,
        long answered,
        long unanswered,
        List<String> wrong) {
    public DaemonReport {
        wrong = List.copyOf(wrong);
    }

    /// One line.
    public String summary() {
        return "machine daemon: killed %d times, shown offline within %d ms and online again within %d ms; %d calls answered, %d without answer"
                .formatted(kills, slowestOfflineMillis, slowestOnlineMillis, answered, unanswered);
    }
}
