package dev.roosthold.relay.push;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts a message so that only the browser can read it (RFC 8291), as one record of the content
/// coding `aes128gcm` (RFC 8188). The push service in between sees its length only.
final class MessageEncryption {
    static final int SALT_BYTES = 16;

    /// What fits into 4,096 bytes, the least that every push service takes (RFC 8030, 7.2), with
    /// header, end mark and tag.
    static final int MAX_PLAINTEXT = 3_993;

    private static final int RECORD_SIZE = 4_096;
    private static final int TAG_BYTES = 16;
    private static final int KEY_BYTES = 16;
    private static final int NONCE_BYTES = 12;

    /// Marks the last record.
    private static final byte LAST = 2;

    private MessageEncryption() {}

    /// @param sender made for this message alone
    /// @param salt random, for this message alone
    static byte[] encrypt(byte[] plaintext, Subscription receiver, KeyPair sender, byte[] salt) {
        if (plaintext.length > MAX_PLAINTEXT) {
            throw new IllegalArgumentException(plaintext.length + " bytes are too many");
        }
        byte[] senderPoint = P256.bytes((ECPublicKey) sender.getPublic());
        try {
            byte[] agreed =
                    P256.agree((ECPrivateKey) sender.getPrivate(), P256.publicKey(receiver.key()));
            byte[] secret =
                    derive(
                            receiver.auth(),
                            agreed,
                            concat(label("WebPush: info"), receiver.key(), senderPoint),
                            32);
            byte[] key = derive(salt, secret, label("Content-Encoding: aes128gcm"), KEY_BYTES);
            byte[] nonce = derive(salt, secret, label("Content-Encoding: nonce"), NONCE_BYTES);

            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(TAG_BYTES * 8, nonce));
            byte[] record = Arrays.copyOf(plaintext, plaintext.length + 1);
            record[plaintext.length] = LAST;
            byte[] encrypted = cipher.doFinal(record);
            return ByteBuffer.allocate(SALT_BYTES + 5 + senderPoint.length + encrypted.length)
                    .put(salt)
                    .putInt(RECORD_SIZE)
                    .put((byte) senderPoint.length)
                    .put(senderPoint)
                    .put(encrypted)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a stored subscription has a key that fits", e);
        }
    }

    private static byte[] derive(byte[] salt, byte[] secret, byte[] info, int bytes)
            throws GeneralSecurityException {
        return KDF.getInstance("HKDF-SHA256")
                .deriveData(
                        HKDFParameterSpec.ofExtract()
                                .addSalt(salt)
                                .addIKM(secret)
                                .thenExpand(info, bytes));
    }

    private static byte[] label(String text) {
        return (text + '\0').getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        var all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
