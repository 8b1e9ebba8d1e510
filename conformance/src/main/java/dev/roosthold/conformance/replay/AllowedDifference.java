package dev.roosthold.conformance.replay;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// A difference that is meant, as it stands in `allowed-differences.json`.
///
/// @param recording two digits of the recording, or `*`
/// @param exchanges numbers of the exchanges; empty means any
/// @param path a path as in [Difference], where `*` stands for any text inside one part and a part
///     `**` for the rest
/// @param instead the values of which one must be received; empty when nothing must be received
/// @param reason why, in words a reader of the contract understands
record AllowedDifference(
        String recording,
        List<Integer> exchanges,
        Pattern path,
        String pathText,
        Optional<List<JsonNode>> instead,
        String reason) {

    static AllowedDifference parse(JsonNode entry) {
        String path = entry.path("path").asString();
        JsonNode instead = entry.path("instead");
        if (instead.isMissingNode() || entry.path("reason").asString().isBlank()) {
            throw new ReplayException(
                    "an allowed difference says what is expected instead: " + entry);
        }
        Optional<List<JsonNode>> values =
                instead.isArray() ? Optional.of(instead.valueStream().toList()) : Optional.empty();
        return new AllowedDifference(
                entry.path("recording").asString(),
                entry.path("exchanges").valueStream().map(JsonNode::asInt).toList(),
                pattern(path),
                path,
                values,
                entry.path("reason").asString());
    }

    boolean covers(Recording in, Exchange exchange, String place) {
        return (recording.equals("*") || recording.equals(in.id()))
                && (exchanges.isEmpty() || exchanges.contains(exchange.number()))
                && path.matcher(place).matches();
    }

    /// Whether this is about events that come although they are not recorded, each of which is one
    /// of the values.
    ///
    /// @param place `/observed/<listener>/+`
    boolean namesMore(Recording in, Exchange exchange, String place) {
        int plus = pathText.indexOf("/+");
        return plus >= 0 && covers(in, exchange, place + pathText.substring(plus + 2));
    }

    @Override
    public String toString() {
        return recording + " #" + exchanges + " " + pathText + " (" + reason + ")";
    }

    private static Pattern pattern(String path) {
        return Pattern.compile(
                Stream.of(path.split("/", -1))
                        .map(AllowedDifference::part)
                        .collect(Collectors.joining("/")));
    }

    private static String part(String part) {
        if (part.equals("**")) {
            return ".*";
        }
        return Stream.of(part.split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining("[^/]*"));
    }
}
