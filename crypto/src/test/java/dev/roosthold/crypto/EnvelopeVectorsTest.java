package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class EnvelopeVectorsTest {
    static Stream<JsonNode> envelopes() {
        return Vectors.of("box-envelope.json").stream();
    }

    static Stream<JsonNode> links() {
        return Vectors.of("pairing-urls.json").stream();
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void envelopeOpensAndItsUseIsRecognised(JsonNode vector) {
        BoxSecretKey secret = new BoxSecretKey(Vectors.hex(vector, "recipientSecretKeyHex"));
        assertThat(secret.publicKey().bytes())
                .isEqualTo(Vectors.hex(vector, "recipientPublicKeyHex"));
        byte[] plain = Vectors.hex(vector, "plaintextHex");
        byte[] envelope = Vectors.b64(vector, "envelopeB64");
        assertThat(envelope).startsWith(Vectors.hex(vector, "ephemeralPublicKeyHex"));
        assertThat(Envelope.open(envelope, secret)).isEqualTo(plain);

        assertThat(
                        Envelope.open(
                                Envelope.seal(plain, secret.publicKey(), new SecureRandom()),
                                secret))
                .isEqualTo(plain);

        String wire = vector.get("wireB64").asString();
        switch (vector.get("use").asString()) {
            case "dataEncryptionKey" ->
                    assertThat(DataEncryptionKey.unwrap(wire, secret).bytes()).isEqualTo(plain);
            case "terminal response v1 (master secret)", "account link response (master secret)" ->
                    assertThat(PairingAnswer.open(wire, secret))
                            .isEqualTo(new PairingAnswer.FullAccess(new MasterSecret(plain)));
            case "terminal response v2 (0x00 || content public key)" ->
                    assertThat(PairingAnswer.open(wire, secret))
                            .isEqualTo(
                                    new PairingAnswer.ContentKey(
                                            new BoxPublicKey(Arrays.copyOfRange(plain, 1, 33))));
            default -> fail("unknown use " + vector.get("use"));
        }
    }

    @ParameterizedTest
    @MethodSource("links")
    void pairingTextsAreWrittenAndRead(JsonNode vector) {
        BoxPublicKey key =
                new BoxSecretKey(Vectors.hex(vector, "ephemeralSecretKeyHex")).publicKey();
        PairingLink terminal = new PairingLink(PairingLink.Purpose.TERMINAL, key);
        PairingLink account = new PairingLink(PairingLink.Purpose.ACCOUNT, key);
        String webPath = vector.get("webPath").asString();

        assertThat(key.bytes()).isEqualTo(Vectors.b64(vector, "publicKeyB64"));
        assertThat(terminal.text()).isEqualTo(vector.get("terminalUrl").asString());
        assertThat(account.text()).isEqualTo(vector.get("accountUrl").asString());
        assertThat(terminal.webPath()).isEqualTo(webPath);

        assertThat(PairingLink.parse(terminal.text())).contains(terminal);
        assertThat(PairingLink.parse(account.text())).contains(account);
        assertThat(PairingLink.parse("https://app.example" + webPath)).contains(terminal);
        assertThat(PairingLink.parse("https://app.example/x" + account.webPath()))
                .contains(account);
    }

    /// Computed apart from this program; the web page shows the same for this key.
    @Test
    void compareCodeIsTheBeginningOfAHash() {
        byte[] key = new byte[32];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        for (PairingLink.Purpose purpose : PairingLink.Purpose.values()) {
            assertThat(new PairingLink(purpose, new BoxPublicKey(key)).compareCode())
                    .isEqualTo("L3P5-PEOH-DXMV");
        }
    }
}
