package dev.roosthold.conformance.replay;

import java.util.Optional;
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

    Difference(String path, Optional<JsonNode> recorded, Optional<JsonNode> received) {
        this(path, recorded, received, Optional.empty());
    }

    @Override
    public String toString() {
        return path + ": recorded " + text(recorded) + ", received " + text(received);
    }

    private static String text(Optional<JsonNode> value) {
        return value.map(JsonNode::toString).orElse("nothing");
    }
}
