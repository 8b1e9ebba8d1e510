package dev.roosthold.client;

import java.util.Iterator;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Between the JSON types of the Socket.IO library and ours, so that its types appear nowhere else.
final class OrgJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /// What is nested deeper is replaced by null; the relay sends nothing of that depth.
    private static final int MAX_DEPTH = 64;

    private OrgJson() {}

    static JsonNode in(@Nullable Object value) {
        return in(value, 0);
    }

    private static JsonNode in(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            return NODES.nullNode();
        }
        return switch (value) {
            case null -> NODES.nullNode();
            case JSONObject object -> object(object, depth);
            case JSONArray array -> array(array, depth);
            case String text -> NODES.stringNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Number number -> NODES.numberNode(number.doubleValue());
            case byte[] bytes -> NODES.binaryNode(bytes);
            default -> NODES.nullNode();
        };
    }

    private static JsonNode object(JSONObject object, int depth) {
        ObjectNode node = NODES.objectNode();
        for (Iterator<?> keys = object.keys(); keys.hasNext(); ) {
            String key = String.valueOf(keys.next());
            node.set(key, in(object.opt(key), depth + 1));
        }
        return node;
    }

    private static JsonNode array(JSONArray array, int depth) {
        ArrayNode node = NODES.arrayNode();
        for (int i = 0; i < array.length(); i++) {
            node.add(in(array.opt(i), depth + 1));
        }
        return node;
    }

    static Object out(JsonNode node) {
        try {
            return switch (node.getNodeType()) {
                case OBJECT -> {
                    JSONObject object = new JSONObject();
                    for (var field : node.properties()) {
                        object.put(field.getKey(), out(field.getValue()));
                    }
                    yield object;
                }
                case ARRAY -> {
                    JSONArray array = new JSONArray();
                    for (JsonNode item : node) {
                        array.put(out(item));
                    }
                    yield array;
                }
                case STRING -> node.asString();
                case BOOLEAN -> node.asBoolean();
                case NUMBER -> number(node);
                case NULL, MISSING -> JSONObject.NULL;
                case BINARY, POJO -> throw new IllegalArgumentException("not JSON");
            };
        } catch (JSONException e) {
            throw new IllegalArgumentException("a number that JSON cannot write", e);
        }
    }

    /// Not a conditional expression: that would make every number a double.
    private static Object number(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.asLong();
        }
        return node.asDouble();
    }
}
