package dev.roosthold.crypto;

import java.security.MessageDigest;
import java.util.Arrays;

/// Thirty-two bytes that are a key. Copies on the way in and out, compares in constant time, and
/// prints nothing of its content. Thread-safe; never changes until it is closed.
///
/// Who made a key may close it when nothing uses it any more: its bytes are overwritten, and every
/// later use is an error. A key that is never closed is overwritten by the collector some time.
/// Copies inside the JDK's own ciphers are out of reach.
///
/// Two keys are equal only when they are of the same type: a master secret is never a machine key.
public abstract sealed class KeyBytes implements AutoCloseable
        permits MasterSecret, SymmetricKey, BoxPublicKey, BoxSecretKey {
    /// Length of every key of this package, in bytes.
    public static final int LENGTH = 32;

    private final byte[] bytes;
    private volatile boolean wiped;

    KeyBytes(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new CryptoException("a key must have 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /// A copy of the key, to be wiped by its owner.
    ///
    /// @throws IllegalStateException when the key is closed
    public final byte[] bytes() {
        return shared().clone();
    }

    /// The array itself, for use inside this package only; must not be changed or handed out.
    final byte[] shared() {
        if (wiped) {
            throw new IllegalStateException("the key was wiped");
        }
        return bytes;
    }

    /// Overwrites the key. Closing it again does nothing.
    @Override
    public final void close() {
        wiped = true;
        Arrays.fill(bytes, (byte) 0);
    }

    /// A closed key equals nothing but itself.
    @Override
    public final boolean equals(Object other) {
        return other == this
                || other instanceof KeyBytes key
                        && key.getClass() == getClass()
                        && !key.wiped
                        && !wiped
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
