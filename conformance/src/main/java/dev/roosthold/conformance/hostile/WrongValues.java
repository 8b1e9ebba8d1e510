package dev.roosthold.conformance.hostile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Values that somebody may send in the place of any other. Thread-safe.
final class WrongValues {
    /// JSON texts by what they are.
    static final Map<String, String> JSON = json();

    /// Texts for a place in a path or a query, percent-encoded.
    static final List<String> ENCODED =
            List.of(
                    "nope",
                    "-1",
                    "0",
                    "1.5",
                    "1e99",
                    "99999999999999999999999999",
                    "null",
                    "%00",
                    "%ff%fe",
                    "%ED%A0%80",
                    "%E2%82%AC%F0%9F%98%80",
                    "..%2f..%2fetc%2fpasswd",
                    "a%2Fb",
                    "%3Cscript%3E",
                    "'%20OR%201=1--",
                    "%25",
                    "x".repeat(101),
                    "x".repeat(2000));

    /// Whole bodies that are no object of the contract, by what they are.
    static final Map<String, String> BODIES = bodies();

    private WrongValues() {}

    private static Map<String, String> json() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("null", "null");
        values.put("true", "true");
        values.put("a number", "7");
        values.put("a fraction", "1.5");
        values.put("a negative number", "-1");
        values.put("a number beyond 64 bits", "123456789012345678901234567890");
        values.put("a number with a huge exponent", "1e999999999");
        values.put("a number with a huge negative exponent", "1e-999999999");
        values.put("a number of 500 digits", "9".repeat(500));
        values.put("text", "\"abc\"");
        values.put("empty text", "\"\"");
        values.put("text with NUL", "\"a\\u0000b\"");
        values.put("text with a lone surrogate", "\"a\\ud800b\"");
        values.put("a reserved name", "\"__proto__\"");
        values.put("text of 100 KB", '"' + "x".repeat(100_000) + '"');
        values.put("an array", "[1,\"a\",null]");
        values.put("an empty array", "[]");
        values.put("an object", "{\"a\":1}");
        values.put("an object with reserved names", "{\"__proto__\":{\"a\":1},\"constructor\":1}");
        values.put("a binary placeholder in a text packet", "{\"_placeholder\":true,\"num\":0}");
        return Collections.unmodifiableMap(values);
    }

    private static Map<String, String> bodies() {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("null", "null");
        bodies.put("a number", "7");
        bodies.put("a text", "\"abc\"");
        bodies.put("an array", "[{}]");
        bodies.put("white space", "   ");
        bodies.put("half an object", "{\"a\":");
        bodies.put("two values", "{} {}");
        bodies.put("no JSON", "a=b&c=d");
        bodies.put("NaN", "{\"a\":NaN}");
        bodies.put("a byte order mark", "\ufeff{}");
        bodies.put("a lone control character", "{\"a\":\"\u0001\"}");
        for (int depth : List.of(65, 1000, 100_000)) {
            bodies.put("arrays nested " + depth + " deep", "[".repeat(depth) + "]".repeat(depth));
            bodies.put(
                    "objects nested " + depth + " deep",
                    "{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
        }
        return Collections.unmodifiableMap(bodies);
    }
}
