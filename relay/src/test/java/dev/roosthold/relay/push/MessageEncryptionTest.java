package dev.roosthold.relay.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageEncryptionTest {
    private static final String SENDER_PUBLIC =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private static final String SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private static final String RECEIVER_PUBLIC =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private static final String AUTH = "BTBZMqHH6r4Tts7J_aSIgg";
    private static final String SALT = "DGv6ra1nlYgDCS1FRnbzlw";

    /// RFC 8291, section 5 and appendix A.
    @Test
    void theExampleOfTheStandardComesOutByteByByte() throws InvalidKeyException {
        var sender =
                new KeyPair(
                        P256.publicKey(bytes(SENDER_PUBLIC)),
                        P256.privateKey(bytes(SENDER_PRIVATE)));
        var receiver = new Subscription("", bytes(RECEIVER_PUBLIC), bytes(AUTH), 0);
        byte[] text = "When I grow up, I want to be a watermelon".getBytes(StandardCharsets.UTF_8);

        byte[] message = MessageEncryption.encrypt(text, receiver, sender, bytes(SALT));

        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(message))
                .isEqualTo(
                        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
                                + "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                                + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    }

    @Test
    void theLongestMessageIsAsLongAsPushServicesTakeAndALongerOneIsRefused() {
        var receiver = new Subscription("", bytes(RECEIVER_PUBLIC), bytes(AUTH), 0);
        var longest = new byte[MessageEncryption.MAX_PLAINTEXT];

        assertThat(MessageEncryption.encrypt(longest, receiver, P256.generate(), bytes(SALT)))
                .hasSize(4096);
        assertThatThrownBy(
                        () ->
                                MessageEncryption.encrypt(
                                        new byte[longest.length + 1],
                                        receiver,
                                        P256.generate(),
                                        bytes(SALT)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pointsThatAreNotOnTheCurveAreRefused() {
        byte[] point = bytes(RECEIVER_PUBLIC);
        byte[] off = point.clone();
        off[64] ^= 1;
        byte[] compressed = Arrays.copyOf(point, 33);
        compressed[0] = 2;
        byte[] origin = new byte[65];
        origin[0] = 4;
        byte[] tooLarge = new byte[65];
        Arrays.fill(tooLarge, (byte) 0xff);
        tooLarge[0] = 4;
        for (byte[] wrong : List.of(off, compressed, origin, tooLarge, new byte[0])) {
            assertThatThrownBy(() -> P256.publicKey(wrong)).isInstanceOf(InvalidKeyException.class);
        }
        for (byte[] wrong : List.of(new byte[32], new byte[31], filled(32))) {
            assertThatThrownBy(() -> P256.privateKey(wrong))
                    .isInstanceOf(InvalidKeyException.class);
        }
    }

    @Test
    void keysSurviveTheirBytes() throws InvalidKeyException {
        for (int i = 0; i < 300; i++) {
            var pair = P256.generate();
            var publicKey = (ECPublicKey) pair.getPublic();
            var privateKey = (ECPrivateKey) pair.getPrivate();
            assertThat(P256.publicKey(P256.bytes(publicKey)).getW()).isEqualTo(publicKey.getW());
            assertThat(P256.privateKey(P256.bytes(privateKey)).getS()).isEqualTo(privateKey.getS());
        }
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }

    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }
}
