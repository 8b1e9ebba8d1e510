package dev.roosthold.relay.audit;

import dev.roosthold.protocol.Codec;
import java.util.LinkedHashMap;
import java.util.Map;

/// What an entry is about: a few names with ids. Never a secret, a text of a person or a
/// ciphertext. At most [#MAX_FIELDS] fields; texts are cut at [#MAX_LENGTH] characters.
///
/// @param fields in the order in which they are stored
public record Details(Map<String, String> fields) {
    static final int MAX_FIELDS = 6;
    static final int MAX_LENGTH = 256;

    public Details {
        if (fields.size() > MAX_FIELDS) {
            throw new IllegalArgumentException(fields.size() + " details");
        }
        var cut = new LinkedHashMap<String, String>();
        fields.forEach((name, value) -> cut.put(name, cut(value)));
        fields = java.util.Collections.unmodifiableMap(cut);
    }

    public static Details none() {
        return new Details(Map.of());
    }

    public static Details of(String name, String value) {
        return new Details(Map.of(name, value));
    }

    public Details and(String name, String value) {
        var more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Details(more);
    }

    String json() {
        return Codec.printText(fields);
    }

    /// Half of a character is no text that could be stored.
    private static String cut(String value) {
        var whole = new StringBuilder();
        value.codePoints()
                .limit(MAX_LENGTH)
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }
}
