package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.ids.SignerId;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 seed. Thread-safe.
public final class SignerSecret extends Secret32 {
    private static final String PREFIX = "signerSecret_z";

    private final byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];

    public SignerSecret(byte[] seed) {
        super(seed);
        Ed25519.generatePublicKey(raw(), 0, publicKey, 0);
    }

    /// Reads the text form.
    ///
    /// @throws FormatException when the text is no signer secret
    public static SignerSecret of(String text) {
        return new SignerSecret(Base58.decode(text, PREFIX, 32));
    }

    public SignerId id() {
        return SignerId.of(publicKey);
    }

    /// Signs bytes as they are; see [RunningHash] for what a session signs.
    public Signature sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(raw(), 0, publicKey, 0, message, 0, message.length, signature, 0);
        return Signature.of(signature);
    }

    @Override
    String prefix() {
        return PREFIX;
    }
}
