package dev.roosthold.conformance.replay;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Sees everything that a replay sends and gets, as it went over the wire. Called by the thread of
/// the replay.
public interface Witness {
    Witness NONE = new Witness() {};

    /// A request was answered.
    ///
    /// @param target path and query
    /// @param body empty when there was none, or none of JSON
    /// @param answer `{status, headers, body}`, or `text` instead of a body that is not JSON
    default void answered(String method, String target, Optional<JsonNode> body, JsonNode answer) {}

    /// A socket was admitted, or refused with a message.
    default void connected(JsonNode auth, Optional<String> refusal) {}

    /// An event was sent.
    ///
    /// @param acknowledgement its arguments; empty when none was asked for or none came
    default void sent(String event, ArrayNode arguments, Optional<ArrayNode> acknowledgement) {}

    /// A listener got an event.
    default void received(String event, ArrayNode arguments) {}
}
