package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class RecordVectorsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    static Stream<JsonNode> secretBoxes() {
        return Vectors.of("secretbox-legacy.json").stream();
    }

    static Stream<JsonNode> dataKeyRecords() {
        return Vectors.of("aes-gcm-datakey.json").stream();
    }

    static Stream<JsonNode> blobs() {
        return Vectors.of("blob.json").stream();
    }

    static Stream<JsonNode> sessions() {
        return Vectors.of("records.json").stream();
    }

    @ParameterizedTest
    @MethodSource("secretBoxes")
    void secretBoxRecord(JsonNode vector) {
        MasterSecret key = new MasterSecret(Vectors.hex(vector, "keyHex"));
        RecordCipher cipher = new SecretBoxCipher(key, RANDOM);
        String record = vector.get("bundleB64").asString();
        if (!Vectors.ok(vector)) {
            refused(cipher, record);
            return;
        }
        String json = vector.get("plaintextJson").asString();
        assertThat(cipher.openText(record)).isEqualTo(json);
        assertThat(cipher.openText(record.replace("=", ""))).isEqualTo(json);
        byte[] sealed =
                SecretBox.seal(
                        json.getBytes(StandardCharsets.UTF_8),
                        Vectors.hex(vector, "nonceHex"),
                        key.bytes());
        assertThat(Base64.getEncoder().encodeToString(sealed)).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("dataKeyRecords")
    void dataKeyRecord(JsonNode vector) {
        DataKeyCipher cipher =
                new DataKeyCipher(new SymmetricKey(Vectors.hex(vector, "keyHex")), RANDOM);
        String record = vector.get("bundleB64").asString();
        if (!Vectors.ok(vector)) {
            refused(cipher, record);
            return;
        }
        String json = vector.get("plaintextJson").asString();
        assertThat(cipher.openText(record)).isEqualTo(json);
        assertThat(cipher.openText(record.replace("=", ""))).isEqualTo(json);
        byte[] sealed =
                cipher.seal(json.getBytes(StandardCharsets.UTF_8), Vectors.hex(vector, "nonceHex"));
        assertThat(Base64.getEncoder().encodeToString(sealed)).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("blobs")
    void blob(JsonNode vector) {
        byte[] source = Vectors.hex(vector, "sourceKeyHex");
        SymmetricKey key =
                vector.get("path").get(1).asString().equals("session")
                        ? Blob.keyOf(new SymmetricKey(source))
                        : Blob.keyOf(new MasterSecret(source));
        assertThat(key.bytes()).isEqualTo(Vectors.hex(vector, "blobKeyHex"));
        byte[] plain = Vectors.hex(vector, "plaintextHex");
        byte[] bundle = Vectors.b64(vector, "bundleB64");
        assertThat(Blob.open(bundle, key)).isEqualTo(plain);
        assertThat(SecretBox.seal(plain, Vectors.hex(vector, "nonceHex"), key.bytes()))
                .isEqualTo(bundle);
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void masterSecretAloneReachesEveryPlaintextOfASession(JsonNode vector) {
        AccountKeys keys = AccountKeys.of(new MasterSecret(Vectors.hex(vector, "masterSecretHex")));
        RecordCipher cipher;
        if (vector.get("variant").asString().equals("dataKey")) {
            SymmetricKey key =
                    DataEncryptionKey.unwrap(
                            vector.get("dataEncryptionKey").asString(), keys.contentSecretKey());
            assertThat(key.bytes()).isEqualTo(Vectors.hex(vector, "recordKeyHex"));
            cipher = new DataKeyCipher(key, RANDOM);
        } else {
            assertThat(vector.get("dataEncryptionKey").isNull()).isTrue();
            cipher = new SecretBoxCipher(keys.master(), RANDOM);
        }
        opens(cipher, vector.get("metadata"), vector.get("metadataPlain"));
        opens(cipher, vector.get("agentState"), vector.get("agentStatePlain"));
        opens(cipher, vector.get("message").get("c"), vector.get("messagePlain"));
        opens(cipher, vector.get("rpcParams"), vector.get("rpcParamsPlain"));
    }

    private static void opens(RecordCipher cipher, JsonNode record, JsonNode plain) {
        assertThat(Vectors.JSON.readTree(cipher.openText(record.asString()))).isEqualTo(plain);
        String again = cipher.sealText(plain.toString());
        assertThat(again).isNotEqualTo(record.asString());
        assertThat(Vectors.JSON.readTree(cipher.openText(again))).isEqualTo(plain);
    }

    private static void refused(RecordCipher cipher, String record) {
        assertThatThrownBy(() -> cipher.openText(record)).isInstanceOf(CryptoException.class);
    }
}
