package dev.roosthold.history.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/// The 32 bytes from which the keys of each purpose follow. Thread-safe until it is closed.
public final class MasterKey implements AutoCloseable {
    static final int LENGTH = 32;

    private static final int KEY_ID = 8;

    private final byte[] bytes;
    private volatile boolean wiped;

    /// @param bytes are copied
    MasterKey(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a master key has 32 bytes");
        }
        this.bytes = bytes.clone();
    }

    /// The same key, to be closed on its own.
    public MasterKey copy() {
        return new MasterKey(shared());
    }

    /// The array itself, for this package only.
    byte[] shared() {
        if (wiped) {
            throw new IllegalStateException("the key was wiped");
        }
        return bytes;
    }

    /// For the payloads of commands.
    public ContentKey commandKey() {
        return content("caro-sync-command-v1");
    }

    /// For the values of preferences.
    public ContentKey preferenceKey() {
        return content("caro-sync-preference-v1");
    }

    /// For secrets that are kept on this computer.
    public ContentKey deviceKey() {
        return content("caro-sync-device-v1");
    }

    /// What the sync daemon authenticates with, its only secret; to be wiped by its owner.
    public byte[] jazzAuthKey() {
        return derive("caro-sync-jazz-auth-v1");
    }

    /// Sixteen hexadecimal digits that tell keys apart and give nothing away: two devices notice a
    /// wrong phrase by them.
    public String keyId() {
        byte[] id = derive("caro-sync-key-id-v1");
        return HexFormat.of().formatHex(id, 0, KEY_ID);
    }

    /// Compares ids of keys in constant time.
    public static boolean sameId(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private ContentKey content(String purpose) {
        byte[] key = derive(purpose);
        try {
            return new ContentKey(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    byte[] derive(String purpose) {
        var hkdf = new HKDFBytesGenerator(new SHA256Digest());
        hkdf.init(
                new HKDFParameters(
                        shared(), new byte[0], purpose.getBytes(StandardCharsets.US_ASCII)));
        byte[] key = new byte[LENGTH];
        hkdf.generateBytes(key, 0, LENGTH);
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || other instanceof MasterKey key
                        && !key.wiped
                        && !wiped
                        && MessageDigest.isEqual(key.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return wiped ? 0 : keyId().hashCode();
    }

    @Override
    public void close() {
        wiped = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
