package dev.roosthold.crypto;

import java.security.SecureRandom;
import java.util.Arrays;

/// The root secret of an account, held only by the person's own clients. All account keys are
/// derived from it; whoever has it can sign in and read everything.
public final class MasterSecret extends KeyBytes {

    /// @throws CryptoException when there are not exactly 32 bytes
    public MasterSecret(byte[] bytes) {
        super(bytes);
    }

    public static MasterSecret random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        try {
            return new MasterSecret(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
