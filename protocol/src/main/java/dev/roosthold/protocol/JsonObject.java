package dev.roosthold.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// A JSON object that other programs write too. Reading is lenient: a field of another type than
/// the one asked for counts as absent. Changing gives a new object in which every other field,
// known
/// or not, is as it was and where it was. Immutable.
///
/// Fields that hold null are different from fields that are absent only where a method says so.
public final class JsonObject {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonObject EMPTY = new JsonObject(NODES.objectNode());

    /// The largest number that every reader holds exactly.
    private static final double MAX_EXACT = 9_007_199_254_740_992.0;

    private final ObjectNode fields;

    private JsonObject(ObjectNode fields) {
        this.fields = fields;
    }

    public static JsonObject empty() {
        return EMPTY;
    }

    /// A copy of what the tree is now.
    @JsonCreator
    public static JsonObject of(ObjectNode tree) {
        return new JsonObject(tree.deepCopy());
    }

    /// Empty when the value is no object.
    public static Optional<JsonObject> from(JsonNode value) {
        return value instanceof ObjectNode tree ? Optional.of(of(tree)) : Optional.empty();
    }

    /// A tree of its own, to be changed by its owner.
    @JsonValue
    public ObjectNode tree() {
        return fields.deepCopy();
    }

    public boolean isEmpty() {
        return fields.isEmpty();
    }

    /// Whether the field is there, holding null or anything else.
    public boolean has(String field) {
        return fields.has(field);
    }

    public boolean isNull(String field) {
        return fields.path(field).isNull();
    }

    /// Empty when it is absent; null is a value here.
    public Optional<JsonNode> value(String field) {
        JsonNode value = fields.path(field);
        return value instanceof MissingNode ? Optional.empty() : Optional.of(value.deepCopy());
    }

    public Optional<String> text(String field) {
        return textOf(fields.path(field));
    }

    public Optional<Boolean> flag(String field) {
        JsonNode value = fields.path(field);
        return value.isBoolean() ? Optional.of(value.asBoolean()) : Optional.empty();
    }

    /// A number without its part behind the point. Numbers beyond 2^53 count as absent.
    public OptionalLong number(String field) {
        JsonNode value = fields.path(field);
        if (!value.isNumber()) {
            return OptionalLong.empty();
        }
        double number = value.doubleValue();
        return Math.abs(number) <= MAX_EXACT
                ? OptionalLong.of((long) number)
                : OptionalLong.empty();
    }

    public Optional<JsonObject> object(String field) {
        return from(fields.path(field));
    }

    /// The elements that are objects; none when it is no list.
    public List<JsonObject> objects(String field) {
        return elements(field, JsonObject::from);
    }

    /// The elements that are texts; none when it is no list.
    public List<String> texts(String field) {
        return elements(field, JsonObject::textOf);
    }

    public boolean isList(String field) {
        return fields.path(field).isArray();
    }

    /// The names of all fields, in their order.
    public List<String> names() {
        return List.copyOf(fields.propertyNames());
    }

    /// The fields that are objects, in their order.
    public Map<String, JsonObject> objectFields() {
        Map<String, JsonObject> found = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            from(field.getValue()).ifPresent(object -> found.put(field.getKey(), object));
        }
        return found;
    }

    private <T> List<T> elements(String field, Function<JsonNode, Optional<T>> reader) {
        List<T> found = new ArrayList<>();
        if (fields.path(field) instanceof ArrayNode list) {
            for (JsonNode element : list) {
                reader.apply(element).ifPresent(found::add);
            }
        }
        return List.copyOf(found);
    }

    private static Optional<String> textOf(JsonNode value) {
        return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }

    public JsonObject with(String field, JsonNode value) {
        ObjectNode changed = tree();
        changed.set(field, value.deepCopy());
        return new JsonObject(changed);
    }

    public JsonObject with(String field, String value) {
        return with(field, NODES.stringNode(value));
    }

    public JsonObject with(String field, boolean value) {
        return with(field, NODES.booleanNode(value));
    }

    /// The number is kept as it would be after reading, so that what was written and read again is
    /// equal to what it was.
    public JsonObject with(String field, long value) {
        return with(
                field,
                value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value));
    }

    public JsonObject with(String field, JsonObject value) {
        return with(field, value.fields);
    }

    public JsonObject with(String field, List<String> texts) {
        ArrayNode list = NODES.arrayNode();
        texts.forEach(list::add);
        return with(field, list);
    }

    public JsonObject withObjects(String field, List<JsonObject> objects) {
        ArrayNode list = NODES.arrayNode();
        objects.forEach(object -> list.add(object.tree()));
        return with(field, list);
    }

    public JsonObject withNull(String field) {
        return with(field, NODES.nullNode());
    }

    /// Without the field; the same when it has none.
    public JsonObject without(String field) {
        if (!fields.has(field)) {
            return this;
        }
        ObjectNode changed = tree();
        changed.remove(field);
        return new JsonObject(changed);
    }

    /// With the field, or without it when there is no value.
    public JsonObject withText(String field, Optional<String> value) {
        return value.map(text -> with(field, text)).orElseGet(() -> without(field));
    }

    /// With the field, or without it when there is no value.
    public JsonObject withNumber(String field, OptionalLong value) {
        return value.isPresent() ? with(field, value.getAsLong()) : without(field);
    }

    /// The field as a choice: see [Choice].
    public Choice<String> textChoice(String field) {
        return isNull(field) ? Choice.reset() : Choice.of(text(field));
    }

    /// The field as a choice: see [Choice].
    public Choice<List<String>> textsChoice(String field) {
        return isNull(field)
                ? Choice.reset()
                : Choice.of(isList(field) ? Optional.of(texts(field)) : Optional.empty());
    }

    /// With the field as the choice says: left out, null, or the text.
    public JsonObject withTextChoice(String field, Choice<String> choice) {
        return switch (choice) {
            case Choice.Unchanged<String> _ -> without(field);
            case Choice.Reset<String> _ -> withNull(field);
            case Choice.Set<String>(String text) -> with(field, text);
        };
    }

    /// With the field as the choice says: left out, null, or the list.
    public JsonObject withTextsChoice(String field, Choice<List<String>> choice) {
        return switch (choice) {
            case Choice.Unchanged<List<String>> _ -> without(field);
            case Choice.Reset<List<String>> _ -> withNull(field);
            case Choice.Set<List<String>>(List<String> texts) -> with(field, texts);
        };
    }

    /// Whether both have the same fields with the same values, in any order.
    @Override
    public boolean equals(Object other) {
        return other instanceof JsonObject object && fields.equals(object.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /// Names only: what is in them may be secret.
    @Override
    public String toString() {
        return "JsonObject" + fields.propertyNames();
    }
}
