package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;

/// An X25519 public key, written `sealer_z...`.
public record SealerId(String text) {
    private static final String PREFIX = "sealer_z";

    /// @throws FormatException when it is not 32 bytes
    public SealerId {
        Base58.decode(text, PREFIX, 32);
    }

    public static SealerId of(String text) {
        return new SealerId(text);
    }

    public static SealerId of(byte[] key) {
        return new SealerId(PREFIX + Base58.encode(key));
    }

    public byte[] bytes() {
        return Base58.decode(text, PREFIX, 32);
    }

    @Override
    public String toString() {
        return text;
    }
}
