package dev.roosthold.crypto;

import java.security.MessageDigest;
import java.util.Arrays;

/// Thirty-two bytes that are a key. Copies on the way in and out, compares in constant time, and
/// prints nothing of its content. Immutable.
///
/// Two keys are equal only when they are of the same type: a master secret is never a machine key.
public abstract sealed class KeyBytes
        permits MasterSecret, SymmetricKey, BoxPublicKey, BoxSecretKey {
    /// Length of every key of this package, in bytes.
    public static final int LENGTH = 32;

    private final byte[] bytes;

    KeyBytes(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new CryptoException("a key must have 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /// A copy of the key.
    public final byte[] bytes() {
        return bytes.clone();
    }

    /// The array itself, for use inside this package only; must not be changed or handed out.
    final byte[] shared() {
        return bytes;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof KeyBytes key
                && key.getClass() == getClass()
                && MessageDigest.isEqual(key.bytes, bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public final String toString() {
        return "Secret[redacted]";
    }
}
