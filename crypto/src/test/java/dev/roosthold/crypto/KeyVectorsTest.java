package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class KeyVectorsTest {
    static Stream<JsonNode> trees() {
        return Vectors.of("key-derivation.json").stream();
    }

    static Stream<JsonNode> accounts() {
        return Vectors.of("account-keys.json").stream();
    }

    @ParameterizedTest
    @MethodSource("trees")
    void everyStepOfTheTreeIsAsInTheVector(JsonNode vector) {
        MasterSecret seed = new MasterSecret(Vectors.hex(vector, "seedHex"));
        String usage = vector.get("usage").asString();
        String[] path =
                StreamSupport.stream(vector.get("path").spliterator(), false)
                        .map(JsonNode::asString)
                        .toArray(String[]::new);

        KeyTree node = KeyTree.root(seed, usage);
        assertThat(hex(node.key())).isEqualTo(vector.get("rootKeyHex").asString());
        assertThat(hex(node.chain())).isEqualTo(vector.get("rootChainCodeHex").asString());
        if (vector.get("steps").isArray()) {
            assertThat(vector.get("steps").size()).isEqualTo(path.length);
            for (JsonNode step : vector.get("steps")) {
                node = node.child(step.get("index").asString());
                assertThat(hex(node.key())).isEqualTo(step.get("keyHex").asString());
                assertThat(hex(node.chain())).isEqualTo(step.get("chainCodeHex").asString());
            }
        }
        assertThat(hex(KeyTree.derive(seed, usage, path)))
                .isEqualTo(vector.get("keyHex").asString());
    }

    @ParameterizedTest
    @MethodSource("accounts")
    void allAccountKeysFollowFromTheMasterSecret(JsonNode vector) {
        MasterSecret master = new MasterSecret(Vectors.hex(vector, "masterSecretHex"));
        AccountKeys keys = AccountKeys.of(master);
        assertThat(hex(AccountKeys.contentSeed(master)))
                .isEqualTo(vector.get("contentSeedHex").asString());
        assertThat(hex(keys.contentSecretKey()))
                .isEqualTo(vector.get("contentSecretKeyHex").asString());
        assertThat(hex(keys.contentPublicKey()))
                .isEqualTo(vector.get("contentPublicKeyHex").asString());
        assertThat(HexFormat.of().formatHex(SignIn.publicKey(master)))
                .isEqualTo(vector.get("signPublicKeyHex").asString());
        assertThat(keys.anonymousId()).isEqualTo(vector.get("anonymousId").asString());
        assertThat(hex(Blob.keyOf(master))).isEqualTo(vector.get("masterBlobKeyHex").asString());
    }

    private static String hex(KeyBytes key) {
        return HexFormat.of().formatHex(key.bytes());
    }
}
