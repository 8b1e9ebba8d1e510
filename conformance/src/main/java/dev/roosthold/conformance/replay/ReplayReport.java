package dev.roosthold.conformance.replay;

import java.util.List;

/// How a replay went.
///
/// @param exchanges one entry for each exchange, in the order in which they were played
/// @param allowancesNotUsed entries of the list of allowed differences whose difference did not
///     occur: the list claims something about the server that is not so
public record ReplayReport(List<Outcome> exchanges, List<String> allowancesNotUsed) {

    /// One exchange.
    ///
    /// @param name recording, number and label
    /// @param unexpected differences that are not allowed
    /// @param allowed differences that are
    public record Outcome(String name, List<Difference> unexpected, List<Difference> allowed) {}

    /// The differences that are not allowed, one line each, with the exchange in front.
    public List<String> unexpected() {
        return exchanges.stream()
                .flatMap(o -> o.unexpected().stream().map(d -> o.name() + ": " + d))
                .toList();
    }

    /// One line: how many exchanges, how many without any difference, how many differences allowed.
    public String summary() {
        long equal =
                exchanges.stream()
                        .filter(o -> o.unexpected().isEmpty() && o.allowed().isEmpty())
                        .count();
        long allowed = exchanges.stream().mapToLong(o -> o.allowed().size()).sum();
        String text =
                exchanges.size()
                        + " exchanges, "
                        + equal
                        + " equal, "
                        + allowed
                        + " differences allowed";
        int unexpected = unexpected().size();
        return unexpected == 0 ? text : text + ", " + unexpected + " not allowed";
    }
}
