package dev.roosthold.protocol;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// The one JSON codec: records in and out, unknown fields ignored, absent values written as null
/// unless the record says `@JsonInclude` otherwise. Thread-safe.
///
/// Limits of what is read: nesting [#MAX_DEPTH], numbers of 1,000 digits, names of 50,000
/// characters. The length of texts is bounded by the length of the input, which the transport
/// bounds before it is read.
public final class Codec {
    /// Deepest nesting of arrays and objects that is read.
    public static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxStringLength(Integer.MAX_VALUE)
                                                    .build())
                                    .build())
                    .build();

    private Codec() {}

    /// The mapper itself, for what needs more than parsing and printing.
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /// Parses exactly one JSON value.
    ///
    /// @throws MalformedJson when the bytes are anything else
    public static JsonNode parse(byte[] json) {
        return parse(json, 0, json.length);
    }

    /// Like [#parse(byte[])], for a part of an array.
    public static JsonNode parse(byte[] json, int offset, int length) {
        try {
            JsonNode tree = MAPPER.readTree(json, offset, length);
            if (tree instanceof MissingNode) {
                throw new MalformedJson("Unexpected end of JSON input");
            }
            return tree;
        } catch (JacksonException e) {
            throw new MalformedJson(describe(e));
        }
    }

    /// Parses exactly one JSON value into a record.
    ///
    /// @throws MalformedJson when the bytes are not JSON or do not fit the type
    public static <T> T parse(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JacksonException e) {
            throw new MalformedJson(describe(e));
        }
    }

    /// Prints a value as UTF-8.
    public static byte[] print(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /// Prints a value as text.
    public static String printText(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /// Where and what, never the content: it may be a secret.
    private static String describe(JacksonException e) {
        return switch (e) {
            case UnexpectedEndOfInputException _ -> "Unexpected end of JSON input";
            case StreamConstraintsException _ ->
                    "JSON exceeds the limits (nesting " + MAX_DEPTH + ")";
            default -> {
                long offset = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
                yield offset < 0 ? "Invalid JSON" : "Invalid JSON at position " + offset;
            }
        };
    }
}
