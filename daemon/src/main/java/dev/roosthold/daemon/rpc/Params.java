package dev.roosthold.daemon.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The parameters of one call: an object with the caller's key, of which nothing else is known.
/// Reading a field checks it.
public record Params(ObjectNode object) {
    /// Characters of a text that is no content: a path, an address, a command.
    private static final int MAX_TEXT = 32 * 1024;

    private static final int MAX_ITEMS = 1_000;

    /// A required text.
    ///
    /// @throws MethodFailure when it is absent, no text or too long
    public String text(String name) throws MethodFailure {
        return optionalText(name).orElseThrow(() -> new MethodFailure(name + " is required"));
    }

    /// Empty when it is absent or null.
    public Optional<String> optionalText(String name) throws MethodFailure {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw new MethodFailure(name + " must be text");
        }
        String text = value.asString();
        if (text.length() > MAX_TEXT) {
            throw new MethodFailure(name + " is too long");
        }
        return Optional.of(text);
    }

    /// A text of any length that the connection allows.
    public String content(String name) throws MethodFailure {
        JsonNode value = object.path(name);
        if (!value.isString()) {
            throw new MethodFailure(name + " must be text");
        }
        return value.asString();
    }

    /// A whole number, brought into the range.
    public long number(String name, long byDefault, long least, long most) throws MethodFailure {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return byDefault;
        }
        if (!value.isNumber()) {
            throw new MethodFailure(name + " must be a number");
        }
        double number = value.doubleValue();
        if (Double.isNaN(number)) {
            throw new MethodFailure(name + " must be a number");
        }
        return (long) Math.clamp(number, (double) least, (double) most);
    }

    public boolean flag(String name) {
        return object.path(name).asBoolean(false);
    }

    public List<String> texts(String name) throws MethodFailure {
        JsonNode value = object.path(name);
        if (!value.isArray() || value.size() > MAX_ITEMS) {
            throw new MethodFailure(name + " must be a list of at most " + MAX_ITEMS + " texts");
        }
        List<String> texts = new ArrayList<>();
        int length = 0;
        for (JsonNode item : value) {
            if (!item.isString()) {
                throw new MethodFailure(name + " must be a list of texts");
            }
            length += item.asString().length();
            if (length > MAX_TEXT) {
                throw new MethodFailure(name + " is too long");
            }
            texts.add(item.asString());
        }
        return List.copyOf(texts);
    }
}
