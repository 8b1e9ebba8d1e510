package dev.roosthold.crypto;

import java.security.SecureRandom;
import java.util.Arrays;

/// The `dataEncryptionKey` field of a record: base64 of `0x00 || envelope(record key)`, sealed to
/// the account's content public key; 105 bytes before base64. The first byte is the version.
public final class DataEncryptionKey {
    private static final byte VERSION = 0;

    private DataEncryptionKey() {}

    /// The field for this record key.
    public static String wrap(SymmetricKey recordKey, BoxPublicKey account, SecureRandom random) {
        byte[] envelope = Envelope.seal(recordKey.shared(), account, random);
        byte[] field = new byte[envelope.length + 1];
        field[0] = VERSION;
        System.arraycopy(envelope, 0, field, 1, envelope.length);
        return Texts.base64(field);
    }

    /// The record key inside the field.
    ///
    /// @throws CryptoException when the field is damaged, made for another account, of another
    ///     version or holds something that is no key
    public static SymmetricKey unwrap(String field, BoxSecretKey account) {
        byte[] bytes = Texts.fromBase64(field, "the data encryption key");
        if (bytes.length == 0 || bytes[0] != VERSION) {
            throw new CryptoException("the data encryption key has an unknown version");
        }
        byte[] envelope = Arrays.copyOfRange(bytes, 1, bytes.length);
        byte[] plain = Envelope.open(envelope, account);
        try {
            return new SymmetricKey(plain);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }
}
