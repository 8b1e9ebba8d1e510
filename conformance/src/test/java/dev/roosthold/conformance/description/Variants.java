package dev.roosthold.conformance.description;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes wrong values out of a right one: each is wrong in one place, and the schema says so.
final class Variants {
    /// Longer texts than this are not made only to exceed a limit.
    private static final int LONGEST = 100_000;

    private static final List<JsonNode> OTHERS =
            List.of(
                    Json.NODES.nullNode(),
                    Json.NODES.booleanNode(true),
                    Json.NODES.numberNode(42),
                    Json.NODES.numberNode(1.5),
                    Json.NODES.stringNode("text"),
                    Json.NODES.arrayNode(),
                    Json.NODES.objectNode());

    /// A wrong value.
    ///
    /// @param what in words where and how
    record Variant(String what, JsonNode value) {}

    private final Schemas schemas;
    private final JsonNode whole;
    private final List<Variant> found = new ArrayList<>();

    private Variants(Schemas schemas, JsonNode whole) {
        this.schemas = schemas;
        this.whole = whole;
    }

    static List<Variant> of(Schemas schemas, JsonNode schema, JsonNode right) {
        var variants = new Variants(schemas, schema);
        variants.vary("", schema, right, value -> value);
        return variants.found;
    }

    /// @param around puts a value into the place that is varied
    private void vary(
            String place, JsonNode unresolved, JsonNode right, UnaryOperator<JsonNode> around) {
        JsonNode schema = schemas.resolve(unresolved);
        for (JsonNode other : OTHERS) {
            add(place + " is " + other, around.apply(other));
        }
        if (right.isString()) {
            texts(place, schema, around);
        }
        if (right.isNumber()) {
            limits(place, schema, around);
        }
        if (right instanceof ArrayNode array && !array.isEmpty()) {
            vary(
                    place + "/0",
                    schema.path("items"),
                    array.get(0),
                    item -> around.apply(((ArrayNode) array.deepCopy()).set(0, item)));
            int max = schema.path("maxItems").asInt(0);
            if (max > 0) {
                ArrayNode many = Json.NODES.arrayNode();
                for (int i = 0; i <= max; i++) {
                    many.add(array.get(0));
                }
                add(place + " has " + many.size() + " items", around.apply(many));
            }
        }
        if (right instanceof ObjectNode object) {
            schema.path("properties")
                    .properties()
                    .forEach(
                            field ->
                                    field(place, field.getKey(), field.getValue(), object, around));
        }
    }

    private void field(
            String place,
            String name,
            JsonNode schema,
            ObjectNode object,
            UnaryOperator<JsonNode> around) {
        ObjectNode without = object.deepCopy();
        without.remove(name);
        add(place + " without " + name, around.apply(without));
        vary(
                place + "/" + name,
                schema,
                object.path(name),
                value -> {
                    ObjectNode with = object.deepCopy();
                    with.set(name, value);
                    return around.apply(with);
                });
    }

    private void texts(String place, JsonNode schema, UnaryOperator<JsonNode> around) {
        add(place + " is empty", around.apply(Json.NODES.stringNode("")));
        add(place + " has a colon", around.apply(Json.NODES.stringNode("a:b")));
        int max = schema.path("maxLength").asInt(LONGEST);
        if (max < LONGEST) {
            add(place + " is too long", around.apply(Json.NODES.stringNode("a".repeat(max + 1))));
        }
    }

    private void limits(String place, JsonNode schema, UnaryOperator<JsonNode> around) {
        if (schema.has("minimum")) {
            long below = schema.path("minimum").asLong() - 1;
            add(place + " is " + below, around.apply(Json.NODES.numberNode(below)));
        }
        if (schema.has("maximum")) {
            long above = schema.path("maximum").asLong() + 1;
            add(place + " is " + above, around.apply(Json.NODES.numberNode(above)));
        }
    }

    private void add(String what, JsonNode value) {
        if (!schemas.received(whole, value).isEmpty()) {
            found.add(new Variant("body" + what, value));
        }
    }
}
