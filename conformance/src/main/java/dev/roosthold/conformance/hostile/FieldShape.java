package dev.roosthold.conformance.hostile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A field of an event or a request as the contract describes it, with a valid value.
///
/// @param valid JSON text of a valid value
/// @param inner fields of the object, or of each object of the list; empty for other types
record FieldShape(Type type, String valid, Need need, Map<String, FieldShape> inner) {

    enum Type {
        TEXT,
        NUMBER,
        BOOLEAN,
        OBJECT,
        LIST
    }

    enum Need {
        /// There, and of its type.
        REQUIRED,
        /// There, of its type or null.
        REQUIRED_OR_NULL,
        /// Of its type where it is there.
        OPTIONAL,
        /// Of its type or null where it is there.
        OPTIONAL_OR_NULL,
        /// A value of another type counts as absent.
        IGNORED_IF_WRONG
    }

    static FieldShape text(String valid) {
        return new FieldShape(Type.TEXT, '"' + valid + '"', Need.REQUIRED, Map.of());
    }

    static FieldShape number(long valid) {
        return new FieldShape(Type.NUMBER, String.valueOf(valid), Need.REQUIRED, Map.of());
    }

    static FieldShape bool() {
        return new FieldShape(Type.BOOLEAN, "true", Need.REQUIRED, Map.of());
    }

    static FieldShape object(Map<String, FieldShape> inner) {
        Map<String, FieldShape> ordered = new TreeMap<>(inner);
        return new FieldShape(Type.OBJECT, json(valids(ordered)), Need.REQUIRED, ordered);
    }

    /// A list of objects.
    static FieldShape list(Map<String, FieldShape> inner) {
        Map<String, FieldShape> ordered = new TreeMap<>(inner);
        return new FieldShape(Type.LIST, '[' + json(valids(ordered)) + ']', Need.REQUIRED, ordered);
    }

    /// A list of texts.
    static FieldShape texts(String valid) {
        return new FieldShape(Type.LIST, "[\"" + valid + "\"]", Need.REQUIRED, Map.of());
    }

    FieldShape orNull() {
        return needed(Need.REQUIRED_OR_NULL);
    }

    FieldShape optional() {
        return needed(Need.OPTIONAL);
    }

    FieldShape optionalOrNull() {
        return needed(Need.OPTIONAL_OR_NULL);
    }

    FieldShape ignoredIfWrong() {
        return needed(Need.IGNORED_IF_WRONG);
    }

    /// Whether a request may carry this JSON text here, as far as its type says.
    boolean takes(String json) {
        if (need == Need.IGNORED_IF_WRONG) {
            return true;
        }
        if (json.equals("null")) {
            return need == Need.REQUIRED_OR_NULL || need == Need.OPTIONAL_OR_NULL;
        }
        return switch (type) {
            case TEXT -> json.startsWith("\"");
            case NUMBER -> json.matches("-?[0-9].*");
            case BOOLEAN -> json.equals("true") || json.equals("false");
            case OBJECT ->
                    json.startsWith("{")
                            && inner.values().stream().allMatch(FieldShape::mayBeMissing);
            case LIST -> false;
        };
    }

    boolean mayBeMissing() {
        return need != Need.REQUIRED && need != Need.REQUIRED_OR_NULL;
    }

    /// This field with one of its inner fields replaced, as JSON text.
    String withInner(String name, String json) {
        Map<String, String> texts = valids(inner);
        texts.put(name, json);
        return wrapped(json(texts));
    }

    /// This field with one of its inner fields left out, as JSON text.
    String withoutInner(String name) {
        Map<String, String> texts = valids(inner);
        texts.remove(name);
        return wrapped(json(texts));
    }

    /// The JSON text of valid values, in order.
    static Map<String, String> valids(Map<String, FieldShape> fields) {
        Map<String, String> texts = new LinkedHashMap<>();
        fields.forEach((name, field) -> texts.put(name, field.valid()));
        return texts;
    }

    /// An object of JSON texts.
    static String json(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(e -> '"' + e.getKey() + "\":" + e.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private String wrapped(String object) {
        return type == Type.LIST ? '[' + object + ']' : object;
    }

    private FieldShape needed(Need other) {
        return new FieldShape(type, valid, other, inner);
    }
}
