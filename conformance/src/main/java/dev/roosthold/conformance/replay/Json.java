package dev.roosthold.conformance.replay;

import org.json.JSONException;
import org.json.JSONTokener;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// The two JSON trees that meet here: Jackson's, in which recordings are compared, and `org.json`,
/// which the Socket.IO client speaks. Thread-safe.
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder().build();
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Json() {}

    static Object toClient(JsonNode node) {
        try {
            return new JSONTokener(node.toString()).nextValue();
        } catch (JSONException e) {
            throw new ReplayException("not representable for the client: " + node, e);
        }
    }

    /// A value as the client hands it out: `JSONObject`, `JSONArray`, text, number, boolean, null.
    static JsonNode fromClient(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case String text -> NODES.stringNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case byte[] bytes -> NODES.binaryNode(bytes);
            default -> MAPPER.readTree(value.toString());
        };
    }
}
