package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base58;
import java.security.MessageDigest;
import java.util.Arrays;

/// 32 secret bytes with a prefix for their text form.
abstract sealed class Secret32 permits SignerSecret, SealerSecret, KeySecret {
    private final byte[] bytes;

    Secret32(byte[] bytes) {
        if (bytes.length != 32) {
            throw new IllegalArgumentException("a secret has 32 bytes");
        }
        this.bytes = bytes.clone();
    }

    abstract String prefix();

    /// For this package: the bytes themselves.
    final byte[] raw() {
        return bytes;
    }

    /// The secret in its text form. Keep it out of logs.
    public final String reveal() {
        return prefix() + Base58.encode(bytes);
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Secret32 secret
                && secret.getClass() == getClass()
                && MessageDigest.isEqual(secret.bytes, bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(Blake3.hash(bytes));
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[redacted]";
    }
}
