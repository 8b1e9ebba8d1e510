package dev.roosthold.history.keys;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Seals and opens blobs of one purpose: version byte 1, nonce of 12 bytes, AES-256-GCM ciphertext
/// with its tag of 16 bytes; no associated data. Thread-safe until it is closed.
public final class ContentKey implements AutoCloseable {
    /// How much longer a blob is than what is in it.
    public static final int OVERHEAD = 29;

    /// The longest plaintext that a blob may hold, in bytes.
    public static final int MAX_PLAINTEXT = 10_240;

    private static final byte AES_256_GCM = 0x01;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final byte[] bytes;
    private final SecureRandom random;
    private volatile boolean wiped;

    /// @param bytes are copied
    ContentKey(byte[] bytes) {
        this.bytes = bytes.clone();
        random = new SecureRandom();
    }

    /// @throws IllegalArgumentException when the plaintext is longer than [#MAX_PLAINTEXT]
    public byte[] seal(byte[] plaintext) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        return seal(plaintext, nonce);
    }

    byte[] seal(byte[] plaintext, byte[] nonce) {
        if (plaintext.length > MAX_PLAINTEXT) {
            throw new IllegalArgumentException(
                    "a blob holds at most " + MAX_PLAINTEXT + " bytes, not " + plaintext.length);
        }
        byte[] blob = new byte[plaintext.length + OVERHEAD];
        blob[0] = AES_256_GCM;
        System.arraycopy(nonce, 0, blob, 1, NONCE);
        try {
            int _ =
                    cipher(Cipher.ENCRYPT_MODE, nonce)
                            .doFinal(plaintext, 0, plaintext.length, blob, 1 + NONCE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-256-GCM", e);
        }
        return blob;
    }

    /// As it travels: standard base64 with padding.
    public String sealText(byte[] plaintext) {
        return Base64.getEncoder().encodeToString(seal(plaintext));
    }

    /// @throws DecryptionException when it was sealed with another key, changed, or has another
    ///     form; versions 2 and 255 are refused like any other
    public byte[] open(byte[] blob) {
        if (blob.length < OVERHEAD
                || blob.length > MAX_PLAINTEXT + OVERHEAD
                || blob[0] != AES_256_GCM) {
            throw new DecryptionException();
        }
        byte[] nonce = Arrays.copyOfRange(blob, 1, 1 + NONCE);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce)
                    .doFinal(blob, 1 + NONCE, blob.length - 1 - NONCE);
        } catch (GeneralSecurityException _) {
            throw new DecryptionException();
        }
    }

    /// @throws DecryptionException when it is no base64, or for the reasons of [#open]
    public byte[] openText(String blob) {
        try {
            return open(Base64.getDecoder().decode(blob));
        } catch (IllegalArgumentException _) {
            throw new DecryptionException();
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        if (wiped) {
            throw new IllegalStateException("the key was wiped");
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    /// A copy, for tests against known values.
    byte[] bytes() {
        return bytes.clone();
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
