package dev.roosthold.crypto;

import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// Sign-in by signature: an Ed25519 signature (RFC 8032) over 32 challenge bytes that the client
/// chose, made with the key pair whose seed is the master secret. The public key names the account.
///
/// The challenge comes from the client, so the signature alone does not show that it is fresh; the
/// server must refuse a challenge that it has seen before. Thread-safe: no state.
public final class SignIn {
    public static final int PUBLIC_KEY_LENGTH = Ed25519.PUBLIC_KEY_SIZE;
    public static final int CHALLENGE_LENGTH = 32;
    public static final int SIGNATURE_LENGTH = Ed25519.SIGNATURE_SIZE;

    private SignIn() {}

    /// Whether the signature over the challenge was made with this public key. Any wrong length and
    /// any byte sequence that is no key or signature gives false. A key of small order gives false
    /// too: anyone could sign for it.
    public static boolean verify(byte[] publicKey, byte[] challenge, byte[] signature) {
        if (publicKey.length != PUBLIC_KEY_LENGTH
                || challenge.length != CHALLENGE_LENGTH
                || signature.length != SIGNATURE_LENGTH) {
            return false;
        }
        return Ed25519.verify(signature, 0, publicKey, 0, challenge, 0, challenge.length)
                && Ed25519.validatePublicKeyFull(publicKey, 0);
    }

    /// A request with a fresh challenge.
    public static SignInRequest request(MasterSecret secret, SecureRandom random) {
        byte[] challenge = new byte[CHALLENGE_LENGTH];
        random.nextBytes(challenge);
        return sign(secret, challenge);
    }

    /// The public key that names the account of this secret.
    public static byte[] publicKey(MasterSecret secret) {
        byte[] publicKey = new byte[PUBLIC_KEY_LENGTH];
        Ed25519.generatePublicKey(secret.shared(), 0, publicKey, 0);
        return publicKey;
    }

    static SignInRequest sign(MasterSecret secret, byte[] challenge) {
        byte[] signature = new byte[SIGNATURE_LENGTH];
        Ed25519.sign(secret.shared(), 0, challenge, 0, challenge.length, signature, 0);
        return new SignInRequest(publicKey(secret), challenge, signature);
    }
}
