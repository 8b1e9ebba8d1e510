package dev.roosthold.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc7748.X25519;

/// An X25519 secret key that opens envelopes.
public final class BoxSecretKey extends KeyBytes {

    /// @throws CryptoException when there are not exactly 32 bytes
    public BoxSecretKey(byte[] bytes) {
        super(bytes);
    }

    public static BoxSecretKey random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        try {
            return new BoxSecretKey(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /// The public half.
    public BoxPublicKey publicKey() {
        byte[] out = new byte[LENGTH];
        X25519.scalarMultBase(shared(), 0, out, 0);
        return new BoxPublicKey(out);
    }
}
