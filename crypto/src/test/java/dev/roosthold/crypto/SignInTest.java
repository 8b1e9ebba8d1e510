package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class SignInTest {
    static Stream<JsonNode> vectors() {
        return Vectors.of("auth-challenge.json").stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorIsJudgedAsItSays(JsonNode vector) {
        JsonNode request = vector.get("request");
        assertThat(
                        SignIn.verify(
                                Vectors.b64(request, "publicKey"),
                                Vectors.b64(request, "challenge"),
                                Vectors.b64(request, "signature")))
                .isEqualTo(Vectors.ok(vector));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void sameSecretAndChallengeGiveTheSameRequest(JsonNode vector) {
        if (!Vectors.ok(vector)) {
            return;
        }
        JsonNode request = vector.get("request");
        SignInRequest made =
                SignIn.sign(
                        new MasterSecret(Vectors.hex(vector, "masterSecretHex")),
                        Vectors.b64(request, "challenge"));
        assertThat(made.publicKey()).isEqualTo(request.get("publicKey").asString());
        assertThat(made.challenge()).isEqualTo(request.get("challenge").asString());
        assertThat(made.signature()).isEqualTo(request.get("signature").asString());
    }

    @Test
    void everyRequestHasAFreshChallengeAndVerifies() {
        MasterSecret secret = MasterSecret.random(new SecureRandom());
        SignInRequest first = SignIn.request(secret, new SecureRandom());
        SignInRequest second = SignIn.request(secret, new SecureRandom());
        assertThat(first.challenge()).isNotEqualTo(second.challenge());
        assertThat(first.publicKey()).isEqualTo(second.publicKey());
        Base64.Decoder b64 = Base64.getDecoder();
        assertThat(
                        SignIn.verify(
                                b64.decode(first.publicKey()),
                                b64.decode(first.challenge()),
                                b64.decode(first.signature())))
                .isTrue();
    }

    @Property(tries = 500)
    void anyBytesOfAnyLengthGiveAnAnswerAndNeverThrow(
            @ForAll @Size(max = 80) byte[] publicKey,
            @ForAll @Size(max = 80) byte[] challenge,
            @ForAll @Size(max = 80) byte[] signature) {
        assertThat(SignIn.verify(publicKey, challenge, signature)).isFalse();
    }

    @Property(tries = 300)
    void randomBytesOfTheRightLengthsAreRefused(
            @ForAll @Size(32) byte[] publicKey,
            @ForAll @Size(32) byte[] challenge,
            @ForAll @Size(64) byte[] signature) {
        assertThat(SignIn.verify(publicKey, challenge, signature)).isFalse();
    }

    @Property(tries = 300)
    void anyFlippedBitIsRefused(@ForAll @IntRange(max = 1023) int bit) {
        MasterSecret secret = new MasterSecret(new byte[32]);
        byte[] challenge = new byte[32];
        SignInRequest request = SignIn.sign(secret, challenge);
        byte[][] parts = {
            Base64.getDecoder().decode(request.publicKey()),
            challenge.clone(),
            Base64.getDecoder().decode(request.signature())
        };
        int at = bit / 8;
        byte[] part = at < 32 ? parts[0] : at < 64 ? parts[1] : parts[2];
        part[at < 64 ? at % 32 : at - 64] ^= (byte) (1 << (bit % 8));
        assertThat(SignIn.verify(parts[0], parts[1], parts[2])).isFalse();
    }

    @Test
    void keyOfSmallOrderCannotSignInThoughAnyoneCouldForgeIt() {
        byte[] identity = new byte[32];
        identity[0] = 1;
        byte[] signature = new byte[64];
        signature[0] = 1;
        assertThat(SignIn.verify(identity, new byte[32], signature)).isFalse();
    }
}
