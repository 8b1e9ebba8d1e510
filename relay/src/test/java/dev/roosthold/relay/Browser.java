package dev.roosthold.relay;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The browser's side of Web Push, written from the standards without the relay's code: keys of a
/// subscription, and reading what arrives.
final class Browser {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair keys;
    private final byte[] auth = RelayRig.randomBytes(16);

    Browser() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// What a page sends to the relay.
    Map<String, Object> subscription(String endpoint) {
        return Map.of(
                "endpoint",
                endpoint,
                "keys",
                Map.of(
                        "p256dh",
                        BASE64.encodeToString(point((ECPublicKey) keys.getPublic())),
                        "auth",
                        BASE64.encodeToString(auth)));
    }

    /// Decrypts one message (RFC 8188 with the keys of RFC 8291).
    String reads(byte[] message) {
        try {
            var in = ByteBuffer.wrap(message);
            byte[] salt = take(in, 16);
            int recordSize = in.getInt();
            byte[] sender = take(in, Byte.toUnsignedInt(in.get()));
            byte[] sealed = take(in, in.remaining());
            if (message.length > recordSize) {
                throw new AssertionError("more than one record");
            }
            var agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(keys.getPrivate());
            agreement.doPhase(publicKey(sender), true);

            byte[] info =
                    join(
                            "WebPush: info\0".getBytes(StandardCharsets.US_ASCII),
                            point((ECPublicKey) keys.getPublic()),
                            sender,
                            new byte[] {1});
            byte[] secret = hmac(hmac(auth, agreement.generateSecret()), info);
            byte[] both = hmac(salt, secret);
            byte[] key = hmac(both, label("Content-Encoding: aes128gcm\0\1"));
            byte[] nonce = hmac(both, label("Content-Encoding: nonce\0\1"));
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key, 0, 16, "AES"),
                    new GCMParameterSpec(128, nonce, 0, 12));
            byte[] record = cipher.doFinal(sealed);
            int end = record.length - 1;
            while (record[end] == 0) {
                end--;
            }
            if (record[end] != 2) {
                throw new AssertionError("not the last record");
            }
            return new String(record, 0, end, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("not for this browser", e);
        }
    }

    static PublicKey publicKey(byte[] point) throws GeneralSecurityException {
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        var at =
                new ECPoint(
                        new BigInteger(1, Arrays.copyOfRange(point, 1, 33)),
                        new BigInteger(1, Arrays.copyOfRange(point, 33, 65)));
        return KeyFactory.getInstance("EC")
                .generatePublic(
                        new ECPublicKeySpec(
                                at, parameters.getParameterSpec(ECParameterSpec.class)));
    }

    private static byte[] point(ECPublicKey key) {
        return join(
                new byte[] {4}, number(key.getW().getAffineX()), number(key.getW().getAffineY()));
    }

    private static byte[] number(BigInteger value) {
        // One more bit than any coordinate has keeps the length.
        return Arrays.copyOfRange(value.setBit(256).toByteArray(), 1, 33);
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }

    private static byte[] label(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        var all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
