package dev.roosthold.daemon.agents;

import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the person has chosen for a session; empty is the agent's own choice.
///
/// @param mode one of [#MODES] or a mode of the agent
record Picks(Optional<String> mode, Optional<String> model, Optional<String> effort) {
    /// The modes that clients may name in a message.
    static final Set<String> MODES =
            Set.of(
                    "default",
                    "acceptEdits",
                    "bypassPermissions",
                    "plan",
                    "read-only",
                    "safe-yolo",
                    "yolo");

    static final Picks NONE = new Picks(Optional.empty(), Optional.empty(), Optional.empty());

    /// From a record's own JSON.
    static Picks of(JsonNode json) {
        return new Picks(
                text(json.path("mode")), text(json.path("model")), text(json.path("effort")));
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        mode.ifPresent(value -> json.put("mode", value));
        model.ifPresent(value -> json.put("model", value));
        effort.ifPresent(value -> json.put("effort", value));
        return json;
    }

    /// From the parameters of a start.
    static Picks ofStart(JsonNode params) {
        return new Picks(
                text(params.path("permissionMode")),
                text(params.path("modelMode")).or(() -> text(params.path("model"))),
                text(params.path("effortLevel")));
    }

    /// As a message changes them: absent leaves, null resets.
    Picks with(JsonNode meta) {
        return new Picks(
                changed(mode, meta.path("permissionMode")),
                changed(model, meta.path("model")),
                changed(effort, meta.path("effort")));
    }

    Picks withMode(String value) {
        return new Picks(Optional.of(value), model, effort);
    }

    private static Optional<String> changed(Optional<String> old, JsonNode value) {
        return value.isMissingNode() ? old : text(value);
    }

    private static Optional<String> text(JsonNode value) {
        return value.isString() && !value.asString().isBlank()
                ? Optional.of(value.asString())
                : Optional.empty();
    }
}
