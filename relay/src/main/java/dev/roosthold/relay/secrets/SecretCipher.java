package dev.roosthold.relay.secrets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Encrypts what the relay must know itself for the disk: version byte 1, nonce of 12 random bytes,
/// AES-256-GCM. The key is a secret file, made with the first use. Thread-safe.
public final class SecretCipher {
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final String CIPHER = "AES/GCM/NoPadding";

    /// So much longer than its content is what is stored.
    public static final int ADDED_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

    private final SecretFiles secrets;
    private final String keyFile;
    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable SecretKey key;

    /// @param keyFile name of the secret that holds the key
    public SecretCipher(SecretFiles secrets, String keyFile) {
        this.secrets = secrets;
        this.keyFile = keyFile;
    }

    /// @param context authenticated with it: what was encrypted for another does not open
    /// @throws UncheckedIOException when the key can be neither read nor made
    public byte[] encrypt(byte[] context, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.ENCRYPT_MODE, keyForWriting(), parameters(nonce));
            cipher.updateAAD(context);
            byte[] encrypted = cipher.doFinal(plain);
            return ByteBuffer.allocate(1 + NONCE_BYTES + encrypted.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(encrypted)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /// Empty when it was encrypted with another key or for another context, or was changed.
    public Optional<byte[]> decrypt(byte[] context, byte[] stored) {
        Optional<SecretKey> present = keyForReading();
        if (present.isEmpty() || stored.length < ADDED_BYTES || stored[0] != VERSION) {
            return Optional.empty();
        }
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            byte[] nonce = new byte[NONCE_BYTES];
            System.arraycopy(stored, 1, nonce, 0, NONCE_BYTES);
            cipher.init(Cipher.DECRYPT_MODE, present.get(), parameters(nonce));
            cipher.updateAAD(context);
            int start = 1 + NONCE_BYTES;
            return Optional.of(cipher.doFinal(stored, start, stored.length - start));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    private SecretKey keyForWriting() {
        SecretKey present = key;
        if (present == null) {
            try {
                present = key(secrets.readOrMake(keyFile, this::newKey));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            key = present;
        }
        return present;
    }

    /// Reading makes no key: there is nothing that a new one could open.
    private Optional<SecretKey> keyForReading() {
        SecretKey present = key;
        if (present == null) {
            Optional<byte[]> stored;
            try {
                stored = secrets.read(keyFile);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (stored.isEmpty()) {
                return Optional.empty();
            }
            present = key(stored.get());
            key = present;
        }
        return Optional.of(present);
    }

    private byte[] newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private SecretKey key(byte[] bytes) {
        if (bytes.length != KEY_BYTES) {
            throw new IllegalStateException(
                    secrets.file(keyFile) + " is not a key of " + KEY_BYTES + " bytes");
        }
        return new SecretKeySpec(bytes, "AES");
    }

    private static GCMParameterSpec parameters(byte[] nonce) {
        return new GCMParameterSpec(TAG_BYTES * 8, nonce);
    }
}
