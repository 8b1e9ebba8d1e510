package dev.roosthold.protocol;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Any JSON, for properties.
public final class JsonTrees {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonTrees() {}

    /// Texts without halves of surrogate pairs, which have no form in UTF-8.
    public static Arbitrary<String> texts() {
        return TEXTS;
    }

    private static final Arbitrary<String> TEXTS =
            Arbitraries.strings()
                    .withCharRange(' ', '~')
                    .withChars("\n\t\u0000\"\\äß漢")
                    .ofMaxLength(12);

    private static final Arbitrary<JsonNode> FLAT =
            Arbitraries.oneOf(
                    TEXTS.map(NODES::stringNode),
                    Arbitraries.longs().map(JsonTrees::number),
                    Arbitraries.doubles().map(NODES::numberNode),
                    Arbitraries.of(true, false).map(NODES::booleanNode),
                    Arbitraries.create(NODES::nullNode));

    private static final Arbitrary<JsonNode> DEEP = nested(nested(FLAT));

    /// Made once: jqwik keeps each generator as long as a property runs.
    private static Arbitrary<JsonNode> nested(Arbitrary<JsonNode> values) {
        return Arbitraries.oneOf(
                FLAT,
                values.list()
                        .ofMaxSize(3)
                        .map(
                                items -> {
                                    ArrayNode list = NODES.arrayNode();
                                    items.forEach(list::add);
                                    return list;
                                }),
                objects(TEXTS, values).map(object -> object));
    }

    /// As it is after reading.
    private static JsonNode number(long number) {
        return number == (int) number ? NODES.numberNode((int) number) : NODES.numberNode(number);
    }

    public static Arbitrary<JsonNode> values() {
        return DEEP;
    }

    /// Objects whose fields have these names.
    public static Arbitrary<ObjectNode> objects(Arbitrary<String> names) {
        return objects(names, DEEP);
    }

    private static Arbitrary<ObjectNode> objects(
            Arbitrary<String> names, Arbitrary<JsonNode> values) {
        return Arbitraries.maps(names, values)
                .ofMaxSize(5)
                .map(
                        fields -> {
                            ObjectNode object = NODES.objectNode();
                            fields.forEach(object::set);
                            return object;
                        });
    }

    /// JSON text with apostrophes for quotes.
    public static JsonNode json(String text) {
        return Codec.mapper().readTree(text.replace('\'', '"'));
    }

    /// Through bytes and back, as it travels.
    public static JsonNode travelled(JsonNode tree) {
        return Codec.parse(Codec.print(tree));
    }
}
