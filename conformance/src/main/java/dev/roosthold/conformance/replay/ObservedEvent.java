package dev.roosthold.conformance.replay;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An event that arrived at a listener.
record ObservedEvent(String event, ArrayNode args) {

    /// Event name and the type inside its first argument, for example `update:new-machine`.
    String kind() {
        JsonNode first = args.path(0);
        String type = first.path("body").path("t").asString(first.path("type").asString(""));
        return type.isEmpty() ? event : event + ":" + type;
    }

    JsonNode toJson() {
        ObjectNode node = Json.NODES.objectNode();
        node.put("event", event);
        node.set("args", args);
        return node;
    }
}
