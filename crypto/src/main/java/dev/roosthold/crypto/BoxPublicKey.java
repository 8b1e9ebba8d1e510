package dev.roosthold.crypto;

/// An X25519 public key to which envelopes are sealed.
///
/// It prints nothing, like a secret: an account's content public key must never reach the relay,
/// because knowing it is what makes a machine believable to the account.
public final class BoxPublicKey extends KeyBytes {

    /// @throws CryptoException when there are not exactly 32 bytes
    public BoxPublicKey(byte[] bytes) {
        super(bytes);
    }
}
