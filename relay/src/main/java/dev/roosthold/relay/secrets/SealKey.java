package dev.roosthold.relay.secrets;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A key under which this relay seals what its clients keep for it: HMAC-SHA256. Thread-safe.
///
/// Lies in a secret file of its own, so that seals outlive a restart. Without the file a new key is
/// made: what was sealed before counts as forged then.
public final class SealKey {
    /// Length of a seal in bytes.
    public static final int SEAL_BYTES = 32;

    private static final int KEY_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private SealKey(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /// Reads the key of that name, or makes one that is on the disk when this returns.
    ///
    /// @throws IOException with a message for the operator
    public static SealKey open(SecretFiles files, String name) throws IOException {
        byte[] key = files.readOrMake(name, SealKey::fresh);
        if (key.length != KEY_BYTES) {
            throw new IOException(
                    files.file(name)
                            + " is damaged; delete it, and what was sealed with it is void");
        }
        return new SealKey(key);
    }

    /// The seal of the bytes, [#SEAL_BYTES] long. Compare in constant time.
    public byte[] seal(byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] fresh() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }
}
