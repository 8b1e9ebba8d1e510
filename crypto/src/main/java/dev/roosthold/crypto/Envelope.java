package dev.roosthold.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.util.Pack;

/// Seals bytes to a public key:
/// `ephemeralPublicKey(32) || nonce(24) || box(plain, nonce, recipient, ephemeralSecretKey)`, the
/// box being NaCl's X25519-XSalsa20-Poly1305 with the tag in front. A fresh ephemeral key pair and
/// nonce each time; 72 bytes longer than the content. Only the recipient can open it, and nothing
/// says who made it.
public final class Envelope {
    static final int OVERHEAD = KeyBytes.LENGTH + SecretBox.OVERHEAD;

    /// The four words of Salsa20's constant "expand 32-byte k".
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    private Envelope() {}

    /// @throws CryptoException when the recipient's key is one that gives no secret (small order)
    public static byte[] seal(byte[] plain, BoxPublicKey recipient, SecureRandom random) {
        byte[] nonce = new byte[SecretBox.NONCE_LENGTH];
        random.nextBytes(nonce);
        try (BoxSecretKey ephemeral = BoxSecretKey.random(random)) {
            return seal(plain, recipient, ephemeral, nonce);
        }
    }

    static byte[] seal(byte[] plain, BoxPublicKey recipient, BoxSecretKey ephemeral, byte[] nonce) {
        byte[] shared = sharedKey(ephemeral, recipient);
        byte[] box = SecretBox.seal(plain, nonce, shared);
        Arrays.fill(shared, (byte) 0);
        byte[] out = Arrays.copyOf(ephemeral.publicKey().shared(), KeyBytes.LENGTH + box.length);
        System.arraycopy(box, 0, out, KeyBytes.LENGTH, box.length);
        return out;
    }

    /// @throws CryptoException when it is too short, damaged or made for another key
    public static byte[] open(byte[] envelope, BoxSecretKey recipient) {
        if (envelope.length < OVERHEAD) {
            throw new CryptoException("the envelope is too short");
        }
        BoxPublicKey ephemeral = new BoxPublicKey(Arrays.copyOf(envelope, KeyBytes.LENGTH));
        byte[] box = Arrays.copyOfRange(envelope, KeyBytes.LENGTH, envelope.length);
        byte[] shared = sharedKey(recipient, ephemeral);
        try {
            return SecretBox.open(box, shared, "the envelope");
        } finally {
            Arrays.fill(shared, (byte) 0);
        }
    }

    /// NaCl `crypto_box_beforenm`: HSalsa20(X25519(secret, public), 16 zero bytes).
    private static byte[] sharedKey(BoxSecretKey secret, BoxPublicKey publicKey) {
        byte[] shared = new byte[KeyBytes.LENGTH];
        if (!X25519.calculateAgreement(secret.shared(), 0, publicKey.shared(), 0, shared, 0)) {
            throw new CryptoException("the public key gives no shared secret");
        }
        byte[] key = hsalsa20(shared);
        Arrays.fill(shared, (byte) 0);
        return key;
    }

    /// HSalsa20 with a zero input block. The engine's core adds its input to the permuted words,
    /// and HSalsa20 is defined without that last addition, so it is taken off again; the input
    /// words at 6 to 9 are zero.
    private static byte[] hsalsa20(byte[] key) {
        int[] in = new int[16];
        for (int i = 0; i < 4; i++) {
            in[i * 5] = SIGMA[i];
        }
        Pack.littleEndianToInt(key, 0, in, 1, 4);
        Pack.littleEndianToInt(key, 16, in, 11, 4);
        int[] core = new int[16];
        Salsa20Engine.salsaCore(20, in, core);
        byte[] out = new byte[KeyBytes.LENGTH];
        for (int i = 0; i < 4; i++) {
            Pack.intToLittleEndian(core[i * 5] - in[i * 5], out, i * 4);
            Pack.intToLittleEndian(core[6 + i] - in[6 + i], out, 16 + i * 4);
        }
        return out;
    }
}
