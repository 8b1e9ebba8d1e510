package dev.roosthold.client;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The JSON codec of this package. Depth is bounded because answers come from outside.
final class Json {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_SHOWN = 200;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .build())
                    .build();

    private Json() {}

    static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// A required text field.
    ///
    /// @throws IllegalArgumentException when it is absent or no text
    static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value.asString();
    }

    /// A text field, or null when it is absent or no text.
    static @Nullable String textOrNull(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.asString() : null;
    }

    /// A required whole number.
    ///
    /// @throws IllegalArgumentException when it is absent or no int
    static int integer(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value.asInt();
    }

    /// A text from outside that a terminal may show: short, without control characters.
    static String forPeople(String text) {
        String shown = text.replaceAll("\\p{Cntrl}", " ");
        return shown.length() <= MAX_SHOWN ? shown : shown.substring(0, MAX_SHOWN) + "...";
    }
}
