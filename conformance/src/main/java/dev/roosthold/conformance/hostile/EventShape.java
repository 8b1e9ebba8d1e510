package dev.roosthold.conformance.hostile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// A client event as the contract describes it, with valid values for every field.
///
/// @param fields JSON text of a valid value by field name, in order
/// @param acknowledged whether the contract has an acknowledgement for it
record EventShape(String event, Map<String, Field> fields, boolean acknowledged) {

    /// @param valid JSON text of a valid value
    record Field(Type type, String valid) {}

    enum Type {
        TEXT,
        NUMBER
    }

    /// The valid object as JSON text.
    String validObject() {
        return object(texts());
    }

    /// The object with one field replaced.
    String withField(String name, String json) {
        Map<String, String> texts = texts();
        texts.put(name, json);
        return object(texts);
    }

    /// The object with one field left out.
    String withoutField(String name) {
        Map<String, String> texts = texts();
        texts.remove(name);
        return object(texts);
    }

    private Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        fields.forEach((name, field) -> texts.put(name, field.valid()));
        return texts;
    }

    private static String object(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(e -> '"' + e.getKey() + "\":" + e.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
