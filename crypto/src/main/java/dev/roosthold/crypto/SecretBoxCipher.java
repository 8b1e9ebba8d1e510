package dev.roosthold.crypto;

import java.security.SecureRandom;

/// The older record form, for records without a `dataEncryptionKey` and for account settings:
/// `nonce(24) || secretbox(plain)` under the master secret. 40 bytes longer than the content.
public final class SecretBoxCipher implements RecordCipher {
    private final MasterSecret key;
    private final SecureRandom random;

    public SecretBoxCipher(MasterSecret key, SecureRandom random) {
        this.key = key;
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain) {
        return SecretBox.seal(plain, key.shared(), random);
    }

    @Override
    public byte[] open(byte[] record) {
        return SecretBox.open(record, key.shared(), "the record");
    }
}
