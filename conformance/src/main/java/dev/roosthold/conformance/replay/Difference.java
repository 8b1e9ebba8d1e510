package dev.roosthold.conformance.replay;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// One place where an answer is not what was recorded.
///
/// Paths start with `/response/` or `/observed/<listener>/`, then name fields and array positions.
/// A missing event has the position it has in the recording; an event that was not recorded is
/// named `+<event>:<type>`. The same holds for elements of arrays that have an `id`: one that was
/// not recorded is named `+` and its position in the answer.
///
/// @param recorded empty when the recording has nothing there
/// @param received empty when the server gave nothing there
/// @param around the received event in which the place is; empty elsewhere
public record Difference(
        String path,
        Optional<JsonNode> recorded,
        Optional<JsonNode> received,
        Optional<JsonNode> around) {
    private static final Pattern NUMBER = Pattern.compile("/observed/[^/]+/[0-9]+/args/0/seq");
    private static final Pattern FIELD =
            Pattern.compile("\\b(body|querystring|params|headers)/[^ ,]*");

    Difference(String path, Optional<JsonNode> recorded, Optional<JsonNode> received) {
        this(path, recorded, received, Optional.empty());
    }

    /// Whether servers may differ here, and no client notices:
    ///
    /// - the number of an update, as far as it is a number: each server counts from where it is,
    ///   and an update that is not sent may take one or not;
    /// - the words of a validation error, which come from a library, when they name the same
    ///   fields;
    /// - how long a refusal took, when it came sooner.
    public boolean isLeftToTheServer() {
        if (recorded.isEmpty() || received.isEmpty()) {
            return false;
        }
        JsonNode then = recorded.get();
        JsonNode now = received.get();
        if (NUMBER.matcher(path).matches()) {
            return then.isIntegralNumber() && now.isIntegralNumber();
        }
        return switch (path) {
            case "/response/body/message" ->
                    then.isString()
                            && now.isString()
                            && fields(then.asString()).equals(fields(now.asString()));
            case "/response/tookSeconds" -> now.asDouble() < then.asDouble();
            default -> false;
        };
    }

    /// The places that the message of a validation error names.
    private static List<String> fields(String message) {
        return FIELD.matcher(message).results().map(MatchResult::group).toList();
    }

    @Override
    public String toString() {
        return path + ": recorded " + text(recorded) + ", received " + text(received);
    }

    private static String text(Optional<JsonNode> value) {
        return value.map(JsonNode::toString).orElse("nothing");
    }
}
