package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;

/// An Ed25519 signature, written `signature_z...`. The text is decoded when it is checked, so that
/// a bad one is a signature that does not verify and never an unreadable message.
public record Signature(String text) {
    public static final String PREFIX = "signature_z";

    /// @throws FormatException when it is no signature at all
    public Signature {
        if (!text.startsWith(PREFIX) || text.length() > 128) {
            throw new FormatException("not a signature");
        }
    }

    public static Signature of(byte[] bytes) {
        return new Signature(PREFIX + Base58.encode(bytes));
    }

    /// The signature itself.
    ///
    /// @throws FormatException when it is not 64 bytes
    public byte[] bytes() {
        return Base58.decode(text, PREFIX, 64);
    }

    @Override
    public String toString() {
        return text;
    }
}
