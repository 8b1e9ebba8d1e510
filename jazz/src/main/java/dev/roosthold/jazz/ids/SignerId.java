package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;

/// An Ed25519 public key, written `signer_z...`.
public record SignerId(String text) {
    private static final String PREFIX = "signer_z";

    /// @throws FormatException when it is not 32 bytes
    public SignerId {
        Base58.decode(text, PREFIX, 32);
    }

    public static SignerId of(String text) {
        return new SignerId(text);
    }

    public static SignerId of(byte[] key) {
        return new SignerId(PREFIX + Base58.encode(key));
    }

    public byte[] bytes() {
        return Base58.decode(text, PREFIX, 32);
    }

    @Override
    public String toString() {
        return text;
    }
}
