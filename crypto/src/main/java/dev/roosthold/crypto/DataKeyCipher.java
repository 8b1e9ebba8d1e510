package dev.roosthold.crypto;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The record form of records with their own key: `0x00 || nonce(12) || ciphertext || tag(16)`,
/// AES-256-GCM without associated data. The first byte is the version; any other value is refused.
/// 29 bytes longer than the content.
public final class DataKeyCipher implements RecordCipher {
    private static final byte VERSION = 0;
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_LENGTH = 16;
    private static final int HEAD_LENGTH = 1 + NONCE_LENGTH;

    private final SymmetricKey key;
    private final SecureRandom random;

    public DataKeyCipher(SymmetricKey key, SecureRandom random) {
        this.key = key;
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain) {
        byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        return seal(plain, nonce);
    }

    byte[] seal(byte[] plain, byte[] nonce) {
        byte[] out = new byte[Math.addExact(HEAD_LENGTH + TAG_LENGTH, plain.length)];
        out[0] = VERSION;
        System.arraycopy(nonce, 0, out, 1, NONCE_LENGTH);
        try {
            cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain, 0, plain.length, out, HEAD_LENGTH);
            return out;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM cannot refuse to encrypt", e);
        }
    }

    @Override
    public byte[] open(byte[] record) {
        if (record.length < HEAD_LENGTH + TAG_LENGTH) {
            throw new CryptoException("the record is too short");
        }
        if (record[0] != VERSION) {
            throw new CryptoException("the record has an unknown version");
        }
        byte[] nonce = Arrays.copyOfRange(record, 1, HEAD_LENGTH);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce)
                    .doFinal(record, HEAD_LENGTH, record.length - HEAD_LENGTH);
        } catch (AEADBadTagException e) {
            throw new CryptoException("the record does not open with this key");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM cannot fail but by its tag", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                mode,
                new SecretKeySpec(key.shared(), "AES"),
                new GCMParameterSpec(TAG_LENGTH * 8, nonce));
        return cipher;
    }
}
