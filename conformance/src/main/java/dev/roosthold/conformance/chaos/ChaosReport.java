package dev.roosthold.conformance.chaos;

import java.util.List;

/// How a run went.
///
/// @param stored acknowledged messages
/// @param delivered messages that clients heard of
/// @param answered calls with a result
/// @param refused calls with an error answer, such as that nobody is there
/// @param continued connections that the server continued
/// @param anew connections that began anew
/// @param kills how often the server was killed
/// @param wrong what must not be, empty on a good server
public record ChaosReport(
        long seed,
        long stored,
        long delivered,
        long answered,
        long refused,
        long cuts,
        long continued,
        long anew,
        int kills,
        List<String> wrong) {

    public String summary() {
        return "seed %d: %d messages acknowledged, %d deliveries, %d calls answered, %d refused, %d cuts, %d kills, %d connections continued, %d anew, %d faults"
                .formatted(
                        seed,
                        stored,
                        delivered,
                        answered,
                        refused,
                        cuts,
                        kills,
                        continued,
                        anew,
                        wrong.size());
    }
}
