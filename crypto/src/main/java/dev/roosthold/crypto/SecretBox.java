package dev.roosthold.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/// NaCl `crypto_secretbox`: XSalsa20-Poly1305 with the tag in front of the ciphertext. The first 32
/// bytes of the key stream are the one-time key of the tag.
final class SecretBox {
    static final int NONCE_LENGTH = 24;
    static final int TAG_LENGTH = 16;
    static final int OVERHEAD = NONCE_LENGTH + TAG_LENGTH;

    private SecretBox() {}

    /// `nonce || tag || ciphertext` with a fresh nonce.
    static byte[] seal(byte[] plain, byte[] key, SecureRandom random) {
        byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        return seal(plain, nonce, key);
    }

    static byte[] seal(byte[] plain, byte[] nonce, byte[] key) {
        byte[] out = Arrays.copyOf(nonce, Math.addExact(OVERHEAD, plain.length));
        XSalsa20Engine stream = stream(nonce, key);
        byte[] tagKey = tagKey(stream);
        stream.processBytes(plain, 0, plain.length, out, OVERHEAD);
        tag(tagKey, out, NONCE_LENGTH);
        Arrays.fill(tagKey, (byte) 0);
        return out;
    }

    /// Opens `nonce || tag || ciphertext`.
    ///
    /// @throws CryptoException when it is too short or was not made with this key
    static byte[] open(byte[] sealed, byte[] key, String what) {
        if (sealed.length < OVERHEAD) {
            throw new CryptoException(what + " is too short");
        }
        XSalsa20Engine stream = stream(Arrays.copyOf(sealed, NONCE_LENGTH), key);
        byte[] tagKey = tagKey(stream);
        byte[] expected = sealed.clone();
        tag(tagKey, expected, NONCE_LENGTH);
        Arrays.fill(tagKey, (byte) 0);
        if (!MessageDigest.isEqual(expected, sealed)) {
            throw new CryptoException(what + " does not open with this key");
        }
        byte[] plain = new byte[sealed.length - OVERHEAD];
        stream.processBytes(sealed, OVERHEAD, plain.length, plain, 0);
        return plain;
    }

    private static XSalsa20Engine stream(byte[] nonce, byte[] key) {
        XSalsa20Engine stream = new XSalsa20Engine();
        stream.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        return stream;
    }

    private static byte[] tagKey(XSalsa20Engine stream) {
        byte[] tagKey = new byte[32];
        stream.processBytes(tagKey, 0, tagKey.length, tagKey, 0);
        return tagKey;
    }

    /// Writes the tag of everything behind it.
    private static void tag(byte[] tagKey, byte[] box, int at) {
        Poly1305 mac = new Poly1305();
        mac.init(new KeyParameter(tagKey));
        mac.update(box, at + TAG_LENGTH, box.length - at - TAG_LENGTH);
        mac.doFinal(box, at);
    }
}
