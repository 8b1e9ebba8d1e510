package dev.roosthold.relay.socket;

import java.util.List;
import java.util.Optional;
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

    /// A text, or null; it must be there.
    public Optional<String> textOrNull(String name) {
        return object.path(name).isNull() ? Optional.empty() : Optional.of(text(name));
    }

    /// A text that is there, or nothing when the field is absent or anything else.
    public Optional<String> textIfAny(String name) {
        JsonNode node = object.path(name);
        return node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
    }

    /// Whether the field is there, whatever its value.
    public boolean has(String name) {
        return object.has(name);
    }

    /// The value as it is, a missing node when absent; for what has a shape of its own.
    public JsonNode node(String name) {
        return object.path(name);
    }

    /// The object itself, for what is passed on as it is; without fields when the argument was
    /// none.
    public JsonNode whole() {
        return object;
    }

    /// The fields of an object that must be there.
    public Payload object(String name) {
        JsonNode node = object.path(name);
        if (!node.isObject()) {
            throw invalid();
        }
        return new Payload(node);
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
