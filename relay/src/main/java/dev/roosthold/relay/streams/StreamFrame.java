package dev.roosthold.relay.streams;

import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The form of one frame. Unknown fields travel too, within bounds.
final class StreamFrame {
    /// Bytes of `data`.
    static final int MAX_DATA = 64 << 10;

    static final int MAX_ID = 256;

    /// Characters of everything besides `data`, names of fields included.
    private static final int MAX_REST = 4 << 10;

    private static final int MAX_DEPTH = 4;
    private static final int MAX_NODES = 64;

    /// The largest number that every client reads exactly.
    private static final long MAX_NUMBER = (1L << 53) - 1;

    private StreamFrame() {}

    /// Whether the frame has the fields of its event and is small enough.
    ///
    /// @param id name of the field that tells whose stream it is
    static boolean isValid(JsonNode frame, String id) {
        return frame.isObject()
                && isId(frame.path(id))
                && isId(frame.path("streamId"))
                && isCount(frame.path("n"))
                && isData(frame.path("data"))
                && new Measure(frame.path("data")).fits(frame, 0);
    }

    private static boolean isId(JsonNode node) {
        return node.isString()
                && !node.stringValue().isEmpty()
                && node.stringValue().length() <= MAX_ID;
    }

    private static boolean isCount(JsonNode node) {
        return node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= 0
                && node.longValue() <= MAX_NUMBER;
    }

    private static boolean isData(JsonNode node) {
        return node.isString()
                && node.stringValue().length() <= MAX_DATA
                && isAtMost(node.stringValue(), MAX_DATA);
    }

    /// Ciphertext is ASCII, so that its length is its size; whatever else comes is counted.
    private static boolean isAtMost(String text, int bytes) {
        return text.length() <= bytes / 3 || text.getBytes(StandardCharsets.UTF_8).length <= bytes;
    }

    /// Adds up what a frame holds, and stops at the first bound.
    private static final class Measure {
        private final JsonNode data;
        private int characters;
        private int nodes;

        Measure(JsonNode data) {
            this.data = data;
        }

        boolean fits(JsonNode node, int depth) {
            if (++nodes > MAX_NODES || depth > MAX_DEPTH || node.isBinary()) {
                return false;
            }
            if (node == data) {
                return true;
            }
            if (node.isContainer()) {
                for (var field : node.properties()) {
                    characters += field.getKey().length();
                    if (!fits(field.getValue(), depth + 1)) {
                        return false;
                    }
                }
                for (JsonNode element : node.isArray() ? node.values() : List.<JsonNode>of()) {
                    if (!fits(element, depth + 1)) {
                        return false;
                    }
                }
            } else {
                characters +=
                        node.isString() ? node.stringValue().length() : node.toString().length();
            }
            return characters <= MAX_REST;
        }
    }
}
