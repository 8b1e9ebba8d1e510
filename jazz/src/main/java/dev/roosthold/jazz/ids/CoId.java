package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;

/// Id of a value: `co_z` and base58 of the first 19 bytes of the hash of its header. The length is
/// not checked, because real peers do not; an id with another hash never gets content.
public record CoId(String text) implements Author, Comparable<CoId> {
    public static final String PREFIX = "co_z";
    static final int MAX_LENGTH = 64;

    /// @throws FormatException when it is no value id
    public CoId {
        if (!text.startsWith(PREFIX) || text.length() > MAX_LENGTH || !isBase58(text)) {
            throw new FormatException("not a value id");
        }
    }

    public static CoId ofHash(byte[] hash) {
        return new CoId(PREFIX + Base58.encode(java.util.Arrays.copyOf(hash, 19)));
    }

    /// The id as a JSON string, the way one value refers to another.
    public Json json() {
        return new Json.Str(text);
    }

    private static boolean isBase58(String text) {
        for (int i = PREFIX.length(); i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 128 || !Character.isLetterOrDigit(c)) {
                return false;
            }
        }
        return text.length() > PREFIX.length();
    }

    @Override
    public int compareTo(CoId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
