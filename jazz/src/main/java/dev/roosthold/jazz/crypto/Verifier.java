package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.ids.SignerId;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/// Checks signatures of one signer. Keep it: the public key is unpacked once. Thread-safe.
public final class Verifier {
    private final Ed25519.@Nullable PublicPoint point;

    public Verifier(SignerId signer) {
        point = Ed25519.validatePublicKeyPartialExport(signer.bytes(), 0);
    }

    /// False for a wrong or unreadable signature, and always when the signer's key is no point of
    /// the curve.
    public boolean verifies(Signature signature, byte[] message) {
        if (point == null) {
            return false;
        }
        try {
            return Ed25519.verify(signature.bytes(), 0, point, message, 0, message.length);
        } catch (FormatException e) {
            return false;
        }
    }
}
