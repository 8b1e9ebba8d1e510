package dev.roosthold.relay.push;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The key pair by which push services recognise this relay (VAPID, RFC 8292). Browsers bind their
/// subscriptions to it, so it is made once and kept. Thread-safe.
final class VapidKeys {
    static final String FILE = "web-push.json";

    /// Push services accept at most 24 hours.
    private static final Duration VALID = Duration.ofHours(12);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final String publicKey;
    private final byte[] privateNumber;

    private VapidKeys(String publicKey, byte[] privateNumber) {
        this.publicKey = publicKey;
        this.privateNumber = privateNumber;
    }

    /// Reads the key pair, or makes one on the first start.
    ///
    /// @throws IOException with a message for the operator
    static VapidKeys load(SecretFiles secrets) throws IOException {
        byte[] content = secrets.readOrMake(FILE, VapidKeys::make);
        try {
            JsonNode json = Codec.parse(content);
            byte[] point = decode(json.path("publicKey"));
            byte[] number = decode(json.path("privateKey"));
            if (point.length == P256.POINT_BYTES && number.length == P256.NUMBER_BYTES) {
                return new VapidKeys(BASE64.encodeToString(point), number);
            }
        } catch (MalformedJson | IllegalArgumentException e) {
            // Without the cause: it might show a part of the key.
        }
        throw new IOException(
                secrets.file(FILE)
                        + " is damaged; restore it, or remove it and let browsers subscribe again");
    }

    /// As base64url.
    String publicKey() {
        return publicKey;
    }

    /// The value of `Authorization` for a request to the push service.
    ///
    /// @param contact `mailto:` or `https:` address of whoever is responsible
    String authorization(URI endpoint, String contact, long nowMs) {
        var header = JsonNodeFactory.instance.objectNode().put("typ", "JWT").put("alg", "ES256");
        var claims =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("aud", origin(endpoint))
                        .put("exp", (nowMs + VALID.toMillis()) / 1000)
                        .put("sub", contact);
        String signed = part(header) + "." + part(claims);
        return "vapid t=" + signed + "." + BASE64.encodeToString(sign(signed)) + ", k=" + publicKey;
    }

    private byte[] sign(String text) {
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(P256.privateKey(privateNumber));
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(FILE + " holds no key of P-256", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has ECDSA", e);
        }
    }

    /// Scheme, host and port, the port only when it is not the usual one (RFC 6454, 6.1).
    private static String origin(URI endpoint) {
        String scheme = endpoint.getScheme().toLowerCase(Locale.ROOT);
        int port = endpoint.getPort();
        boolean usual = port == -1 || port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + endpoint.getHost() + (usual ? "" : ":" + port);
    }

    private static String part(JsonNode json) {
        return BASE64.encodeToString(Codec.print(json));
    }

    private static byte[] make() {
        var pair = P256.generate();
        var json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put(
                                "publicKey",
                                BASE64.encodeToString(P256.bytes((ECPublicKey) pair.getPublic())))
                        .put(
                                "privateKey",
                                BASE64.encodeToString(
                                        P256.bytes((ECPrivateKey) pair.getPrivate())));
        return Codec.print(json);
    }

    private static byte[] decode(JsonNode node) {
        return Base64.getUrlDecoder().decode(node.asString(""));
    }
}
