package dev.roosthold.relay.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads the fields of a request, collects everything that is wrong, and refuses all of it at once
/// with the messages that clients of the protocol know:
///
/// ```java
/// var fields = Fields.body(request);
/// String id = fields.text("id");
/// Optional<String> state = fields.optionalText("daemonState");
/// fields.check();
/// ```
///
/// Until [#check()] a wrong field reads as empty text or 0. One request, one thread.
public final class Fields {
    private final String place;
    private final JsonNode object;
    private final List<String> problems;

    private Fields(String place, JsonNode object, List<String> problems) {
        this.place = place;
        this.object = object;
        this.problems = problems;
        if (!object.isObject()) {
            problems.add(place + " Invalid input: expected object, received " + kind(object));
        }
    }

    /// Fields of the JSON body.
    public static Fields body(Request request) {
        return new Fields("body/", request.body(), new ArrayList<>());
    }

    /// Parameters of the query. Numbers are read from their decimal text.
    public static Fields query(Request request) {
        return new Fields("querystring/", textObject(request.query()), new ArrayList<>());
    }

    /// Parameters of the path.
    public static Fields parameters(Request request) {
        return new Fields("params/", textObject(request.pathParameters()), new ArrayList<>());
    }

    /// A text that must be there.
    public String text(String name) {
        JsonNode node = object.path(name);
        if (!node.isString()) {
            mismatch(name, "string", node);
            return "";
        }
        return node.stringValue();
    }

    /// A text that must be there, of bounded length in characters.
    public String text(String name, int min, int max) {
        JsonNode node = object.path(name);
        String text = text(name);
        if (node.isString()) {
            checkLength(name, text, min, max);
        }
        return text;
    }

    /// A text that may be absent, but not null.
    public Optional<String> optionalText(String name) {
        return object.has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    /// A text that may be absent or null.
    public Optional<String> nullableText(String name) {
        return object.path(name).isNull() ? Optional.empty() : optionalText(name);
    }

    /// A text or null that must be there.
    public Optional<String> textOrNull(String name) {
        return object.path(name).isNull() ? Optional.empty() : Optional.of(text(name));
    }

    /// A boolean that must be there.
    public boolean bool(String name) {
        JsonNode node = object.path(name);
        if (!node.isBoolean()) {
            mismatch(name, "boolean", node);
            return false;
        }
        return node.booleanValue();
    }

    /// A boolean that may be absent or null.
    public Optional<Boolean> nullableBool(String name) {
        JsonNode node = object.path(name);
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(bool(name));
    }

    /// An integer that must be there, between the bounds.
    public long integer(String name, long min, long max) {
        return read(name, min, max, object.path(name)).orElse(0);
    }

    /// An integer between 0 and 2^31-1 that must be there, for versions.
    public int version(String name) {
        return (int) integer(name, 0, Integer.MAX_VALUE);
    }

    /// An integer that may be absent.
    public OptionalLong optionalInteger(String name, long min, long max) {
        return object.has(name) ? read(name, min, max, object.path(name)) : OptionalLong.empty();
    }

    /// A page size: 1 to `max`, the default when absent.
    public int limit(String name, int max, int otherwise) {
        OptionalLong limit = optionalInteger(name, 1, max);
        return limit.isPresent() ? (int) limit.getAsLong() : otherwise;
    }

    /// The objects of an array that must be there, with a bounded count.
    public List<Fields> objects(String name, int min, int max) {
        JsonNode array = object.path(name);
        if (!array.isArray()) {
            mismatch(name, "array", array);
            return List.of();
        }
        if (array.size() < min) {
            problem(name, "Too small: expected array to have >=" + min + " items");
            return List.of();
        }
        if (array.size() > max) {
            problem(name, "Too big: expected array to have <=" + max + " items");
            return List.of();
        }
        var items = new ArrayList<Fields>(array.size());
        for (int i = 0; i < array.size(); i++) {
            items.add(element(name + "/" + i, array.get(i)));
        }
        return items;
    }

    /// The fields of an object that must be there.
    public Fields object(String name) {
        return element(name, object.path(name));
    }

    /// The value as it is, absent ones as a missing node; for what has a shape of its own.
    public JsonNode node(String name) {
        return object.path(name);
    }

    /// Records that a field is wrong in a way of the feature's own.
    public void problem(String name, String message) {
        problems.add(place + name + " " + message);
    }

    /// Ends the reading.
    ///
    /// @throws BadRequest naming every wrong field, in the order in which they were read
    public void check() {
        if (!problems.isEmpty()) {
            throw new BadRequest(String.join(", ", problems));
        }
    }

    private Fields element(String name, JsonNode node) {
        if (node.isObject()) {
            return new Fields(place + name + "/", node, problems);
        }
        mismatch(name, "object", node);
        return new Fields(
                place + name + "/", JsonNodeFactory.instance.objectNode(), new ArrayList<>());
    }

    private OptionalLong read(String name, long min, long max, JsonNode node) {
        OptionalLong number = OptionalLong.empty();
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            number = OptionalLong.of(node.longValue());
        } else if (node.isString() && place.equals("querystring/")) {
            number = parse(node.stringValue());
            if (number.isEmpty()) {
                problem(name, "Invalid input: expected number, received NaN");
                return number;
            }
        }
        if (number.isEmpty()) {
            if (node.isNumber()) {
                problem(name, "Invalid input: expected int, received number");
            } else {
                mismatch(name, "number", node);
            }
            return number;
        }
        long value = number.getAsLong();
        if (value < min) {
            problem(name, "Too small: expected number to be >=" + min);
            return OptionalLong.empty();
        }
        if (value > max) {
            problem(name, "Too big: expected number to be <=" + max);
            return OptionalLong.empty();
        }
        return number;
    }

    private static OptionalLong parse(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private void checkLength(String name, String text, int min, int max) {
        if (text.length() < min) {
            problem(name, "Too small: expected string to have >=" + min + " characters");
        } else if (text.length() > max) {
            problem(name, "Too big: expected string to have <=" + max + " characters");
        }
    }

    private void mismatch(String name, String expected, @Nullable JsonNode received) {
        problem(name, "Invalid input: expected " + expected + ", received " + kind(received));
    }

    private static String kind(@Nullable JsonNode node) {
        return switch (node == null ? null : node.getNodeType()) {
            case null -> "undefined";
            case MISSING -> "undefined";
            case NULL -> "null";
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            case BINARY, POJO -> "unknown";
        };
    }

    private static JsonNode textObject(Map<String, String> values) {
        var object = JsonNodeFactory.instance.objectNode();
        values.forEach(object::put);
        return object;
    }
}
