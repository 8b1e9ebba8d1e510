package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base64Url;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.SealerId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;

/// Messages for one recipient. XSalsa20-Poly1305 whose key is the X25519 result itself: unlike the
/// box of NaCl, nothing is derived from it first. Layout: tag(16), ciphertext. Thread-safe.
public final class Sealing {
    private static final String SEALED = "sealed_U";
    private static final String ANONYMOUS = "sealedForGroup_U";
    private static final int TAG = 16;

    private Sealing() {}

    public static String seal(Json message, SealerSecret from, SealerId to, Nonce nonce) {
        byte[] key = from.shared(to.bytes());
        return SEALED + Base64Url.encode(box(bytes(message), key, nonce));
    }

    /// The message, or null when it was not sealed by `from` for us at this place.
    public static @Nullable Json open(String sealed, SealerSecret to, SealerId from, Nonce nonce) {
        try {
            byte[] box = Base64Url.decode(sealed, SEALED);
            return message(unbox(box, 0, to.shared(from.bytes()), nonce));
        } catch (FormatException e) {
            return null;
        }
    }

    /// For the members of a group: `ephemeral key(32), tag(16), ciphertext`.
    public static String sealForGroup(Json message, SealerId to, Nonce nonce, SecureRandom random) {
        byte[] scalar = new byte[32];
        random.nextBytes(scalar);
        var ephemeral = new SealerSecret(scalar);
        byte[] box = box(bytes(message), ephemeral.shared(to.bytes()), nonce);
        byte[] all = Arrays.copyOf(ephemeral.id().bytes(), 32 + box.length);
        System.arraycopy(box, 0, all, 32, box.length);
        return ANONYMOUS + Base64Url.encode(all);
    }

    /// The message, or null when it was not sealed for this secret at this place.
    public static @Nullable Json openForGroup(String sealed, SealerSecret to, Nonce nonce) {
        try {
            byte[] all = Base64Url.decode(sealed, ANONYMOUS);
            if (all.length < 32 + TAG) {
                return null;
            }
            return message(unbox(all, 32, to.shared(Arrays.copyOf(all, 32)), nonce));
        } catch (FormatException e) {
            return null;
        }
    }

    private static byte[] bytes(Json message) {
        return JsonText.stable(message).getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable Json message(byte @Nullable [] plain) {
        return plain == null ? null : Json.parse(new String(plain, StandardCharsets.UTF_8));
    }

    private static byte[] box(byte[] plain, byte[] key, Nonce nonce) {
        var engine = new XSalsa20Engine();
        byte[] macKey = macKey(engine, key, nonce);
        byte[] box = new byte[TAG + plain.length];
        engine.processBytes(plain, 0, plain.length, box, TAG);
        byte[] tag = tag(macKey, box, TAG);
        System.arraycopy(tag, 0, box, 0, TAG);
        return box;
    }

    private static byte @Nullable [] unbox(byte[] bytes, int from, byte[] key, Nonce nonce) {
        if (bytes.length - from < TAG) {
            return null;
        }
        var engine = new XSalsa20Engine();
        byte[] tag = tag(macKey(engine, key, nonce), bytes, from + TAG);
        if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(bytes, from, from + TAG))) {
            return null;
        }
        byte[] plain = new byte[bytes.length - from - TAG];
        engine.processBytes(bytes, from + TAG, plain.length, plain, 0);
        return plain;
    }

    /// The first 32 bytes of the key stream; the message begins after them.
    private static byte[] macKey(XSalsa20Engine engine, byte[] key, Nonce nonce) {
        engine.init(true, new ParametersWithIV(new KeyParameter(key), nonce.raw()));
        byte[] macKey = new byte[32];
        engine.processBytes(macKey, 0, 32, macKey, 0);
        return macKey;
    }

    private static byte[] tag(byte[] macKey, byte[] box, int from) {
        var mac = new Poly1305();
        mac.init(new KeyParameter(macKey));
        mac.update(box, from, box.length - from);
        byte[] tag = new byte[TAG];
        mac.doFinal(tag, 0);
        return tag;
    }
}
