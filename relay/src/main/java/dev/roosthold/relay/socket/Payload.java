package dev.roosthold.relay.socket;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads the first argument of an event. Fields that are there but not as asked for end the event
/// with [InvalidParameters].
public final class Payload {
    private final JsonNode object;

    private Payload(JsonNode object) {
        this.object = object;
    }

    /// An argument that is no object has no fields. Clients know null and a missing argument as an
    /// internal error.
    static Payload of(List<JsonNode> args) {
        if (args.isEmpty() || args.getFirst().isNull()) {
            throw new InvalidParameters(ErrorForm.INTERNAL_ERROR);
        }
        JsonNode first = args.getFirst();
        return new Payload(first.isObject() ? first : JsonNodeFactory.instance.objectNode());
    }

    /// A text that is not empty.
    public String id(String name) {
        String text = text(name);
        if (text.isEmpty()) {
            throw invalid();
        }
        return text;
    }

    public String text(String name) {
        JsonNode node = object.path(name);
        if (!node.isString()) {
            throw invalid();
        }
        return node.stringValue();
    }

    /// A version: any integer; one that no row ever had just matches none.
    public long version(String name) {
        JsonNode node = object.path(name);
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid();
        }
        return node.longValue();
    }

    /// A time of the client's clock in Unix milliseconds.
    public long timeMs(String name) {
        JsonNode node = object.path(name);
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        // An integer of hundreds of digits cannot even be asked for its value as a double.
        if (!node.isFloatingPointNumber() || !Double.isFinite(node.doubleValue())) {
            throw invalid();
        }
        return (long) node.doubleValue();
    }

    private static InvalidParameters invalid() {
        return new InvalidParameters(ErrorForm.INVALID_PARAMETERS);
    }
}
