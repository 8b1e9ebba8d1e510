package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base64Url;
import dev.roosthold.jazz.encoding.FormatException;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/// Encryption under a read key: XSalsa20, no authentication tag. A wrong key or a changed text
/// gives other bytes without an error; what was signed is checked before. Thread-safe.
public final class ReadCipher {
    public static final String PREFIX = "encrypted_U";

    private ReadCipher() {}

    public static String encrypt(String plain, KeySecret key, Nonce nonce) {
        byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
        return PREFIX + Base64Url.encode(xor(bytes, key, nonce));
    }

    /// The plain text, if key and place are the right ones.
    ///
    /// @throws FormatException when the text is not an encrypted text
    public static String decrypt(String text, KeySecret key, Nonce nonce) {
        byte[] plain = xor(Base64Url.decode(text, PREFIX), key, nonce);
        return new String(plain, StandardCharsets.UTF_8);
    }

    /// One read key under another, as a rotation writes it.
    public static String encrypt(ReadKey key, ReadKey under) {
        return encrypt(
                '"' + key.secret().reveal() + '"', under.secret(), Nonce.of(key.id(), under.id()));
    }

    private static byte[] xor(byte[] bytes, KeySecret key, Nonce nonce) {
        var engine = new XSalsa20Engine();
        engine.init(true, new ParametersWithIV(new KeyParameter(key.raw()), nonce.raw()));
        byte[] out = new byte[bytes.length];
        engine.processBytes(bytes, 0, bytes.length, out, 0);
        return out;
    }
}
