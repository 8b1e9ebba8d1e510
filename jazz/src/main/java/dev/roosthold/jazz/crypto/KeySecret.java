package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;

/// A read key. Thread-safe.
public final class KeySecret extends Secret32 {
    private static final String PREFIX = "keySecret_z";

    public KeySecret(byte[] bytes) {
        super(bytes);
    }

    /// Reads the text form.
    ///
    /// @throws FormatException when the text is no key secret
    public static KeySecret of(String text) {
        return new KeySecret(Base58.decode(text, PREFIX, 32));
    }

    @Override
    String prefix() {
        return PREFIX;
    }
}
