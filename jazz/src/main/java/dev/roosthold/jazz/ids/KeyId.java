package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;

/// Name of a read key: `key_z` and base58 of 12 random bytes.
public record KeyId(String text) {
    public static final String PREFIX = "key_z";

    /// @throws FormatException when it is no key id
    public KeyId {
        if (text.length() > 64 || !text.startsWith(PREFIX) || text.indexOf('_', 4) >= 0) {
            throw new FormatException("not a key id");
        }
    }

    public static KeyId of(byte[] random) {
        return new KeyId(PREFIX + Base58.encode(random));
    }

    @Override
    public String toString() {
        return text;
    }
}
