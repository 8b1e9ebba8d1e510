package dev.roosthold.crypto;

import java.security.SecureRandom;
import java.util.Arrays;

/// What an approving client hands to a new one, sealed to the public key that the new one shows:
/// the bare envelope in base64, without a version byte. Its length says which answer it is.
public sealed interface PairingAnswer {

    /// Everything: the new client can read and sign in as the account. 32 bytes.
    record FullAccess(MasterSecret master) implements PairingAnswer {}

    /// Only the key for which a terminal or machine makes its own records readable. It can write
    /// for the account and cannot read other records. 33 bytes, the first 0.
    record ContentKey(BoxPublicKey contentPublicKey) implements PairingAnswer {}

    /// The answer as it travels.
    default String seal(BoxPublicKey newcomer, SecureRandom random) {
        byte[] plain =
                switch (this) {
                    case FullAccess(MasterSecret master) -> master.bytes();
                    case ContentKey(BoxPublicKey key) -> {
                        byte[] versioned = new byte[1 + KeyBytes.LENGTH];
                        System.arraycopy(key.shared(), 0, versioned, 1, KeyBytes.LENGTH);
                        yield versioned;
                    }
                };
        try {
            return Texts.base64(Envelope.seal(plain, newcomer, random));
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /// @throws CryptoException when the answer was made for another key, is damaged or is neither
    ///     of the two forms
    static PairingAnswer open(String base64, BoxSecretKey newcomer) {
        byte[] plain = Envelope.open(Texts.fromBase64(base64, "the pairing answer"), newcomer);
        try {
            if (plain.length == KeyBytes.LENGTH) {
                return new FullAccess(new MasterSecret(plain));
            }
            if (plain.length == 1 + KeyBytes.LENGTH && plain[0] == 0) {
                return new ContentKey(new BoxPublicKey(Arrays.copyOfRange(plain, 1, plain.length)));
            }
            throw new CryptoException("the pairing answer has an unknown form");
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }
}
