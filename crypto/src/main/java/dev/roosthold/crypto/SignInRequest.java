package dev.roosthold.crypto;

import java.util.Base64;

/// The three values of a sign-in, as raw bytes. Immutable; nothing in it is secret, but whoever
/// sends it first can use it, so it prints nothing.
public final class SignInRequest {
    private final byte[] publicKey;
    private final byte[] challenge;
    private final byte[] signature;

    SignInRequest(byte[] publicKey, byte[] challenge, byte[] signature) {
        this.publicKey = publicKey.clone();
        this.challenge = challenge.clone();
        this.signature = signature.clone();
    }

    /// Standard base64 with padding, as it stands in the request body.
    public String publicKey() {
        return Base64.getEncoder().encodeToString(publicKey);
    }

    /// Standard base64 with padding, as it stands in the request body.
    public String challenge() {
        return Base64.getEncoder().encodeToString(challenge);
    }

    /// Standard base64 with padding, as it stands in the request body.
    public String signature() {
        return Base64.getEncoder().encodeToString(signature);
    }

    @Override
    public String toString() {
        return "SignInRequest[redacted]";
    }
}
