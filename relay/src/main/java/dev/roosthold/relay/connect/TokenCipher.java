package dev.roosthold.relay.connect;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Encrypts vendor tokens for the disk: version byte 1, nonce of 12 random bytes, AES-256-GCM.
///
/// Account and vendor are authenticated with it, so that a row copied to another account does not
/// open there. The key is made with the first token. Thread-safe.
final class TokenCipher {
    static final String KEY_FILE = "vendor-tokens.key";

    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final SecretFiles secrets;
    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable SecretKey key;

    TokenCipher(SecretFiles secrets) {
        this.secrets = secrets;
    }

    /// @throws UncheckedIOException when the key can be neither read nor made
    byte[] encrypt(AccountId account, Vendor vendor, String token) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.ENCRYPT_MODE, keyForWriting(), parameters(nonce));
            cipher.updateAAD(context(account, vendor.wire()));
            byte[] encrypted = cipher.doFinal(token.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(1 + NONCE_BYTES + encrypted.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(encrypted)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /// Empty when it was encrypted with another key, for another account or vendor, or was changed.
    Optional<String> decrypt(AccountId account, String vendor, byte[] stored) {
        Optional<SecretKey> present = keyForReading();
        if (present.isEmpty()
                || stored.length < 1 + NONCE_BYTES + TAG_BYTES
                || stored[0] != VERSION) {
            return Optional.empty();
        }
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            byte[] nonce = new byte[NONCE_BYTES];
            System.arraycopy(stored, 1, nonce, 0, NONCE_BYTES);
            cipher.init(Cipher.DECRYPT_MODE, present.get(), parameters(nonce));
            cipher.updateAAD(context(account, vendor));
            int start = 1 + NONCE_BYTES;
            byte[] token = cipher.doFinal(stored, start, stored.length - start);
            return Optional.of(new String(token, StandardCharsets.UTF_8));
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
                present = key(secrets.readOrMake(KEY_FILE, this::newKey));
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
                stored = secrets.read(KEY_FILE);
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
                    secrets.file(KEY_FILE) + " is not a key of " + KEY_BYTES + " bytes");
        }
        return new SecretKeySpec(bytes, "AES");
    }

    private static GCMParameterSpec parameters(byte[] nonce) {
        return new GCMParameterSpec(TAG_BYTES * 8, nonce);
    }

    /// Neither ids nor vendors contain a line break.
    private static byte[] context(AccountId account, String vendor) {
        return (account.value() + "\n" + vendor).getBytes(StandardCharsets.UTF_8);
    }
}
