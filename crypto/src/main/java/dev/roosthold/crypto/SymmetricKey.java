package dev.roosthold.crypto;

import java.security.SecureRandom;
import java.util.Arrays;

/// A random or derived 32-byte key of a machine, session, artifact or blob.
public final class SymmetricKey extends KeyBytes {

    /// @throws CryptoException when there are not exactly 32 bytes
    public SymmetricKey(byte[] bytes) {
        super(bytes);
    }

    public static SymmetricKey random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        try {
            return new SymmetricKey(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
