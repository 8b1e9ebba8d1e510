package dev.roosthold.conformance.description;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// The query of a request.
final class Query {
    private Query() {}

    /// First value by name.
    static Map<String, String> parse(String query) {
        var values = new LinkedHashMap<String, String>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            values.putIfAbsent(decode(parts[0]), parts.length == 1 ? "" : decode(parts[1]));
        }
        return values;
    }

    /// With the question mark; empty without values.
    static String print(Map<String, String> values) {
        return values.isEmpty()
                ? ""
                : values.entrySet().stream()
                        .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    /// A value in the type of its schema where it has the form of one.
    static JsonNode value(JsonNode schema, String text) {
        boolean number =
                schema.path("type").asString("").equals("integer") && text.matches("-?[0-9]{1,18}");
        return number ? Json.NODES.numberNode(Long.parseLong(text)) : Json.NODES.stringNode(text);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
