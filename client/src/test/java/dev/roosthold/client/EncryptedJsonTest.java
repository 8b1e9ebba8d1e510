package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.SymmetricKey;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class EncryptedJsonTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final DataKeyCipher cipher = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
    private final EncryptedJson encryption = new EncryptedJson(cipher);

    @Test
    void keysOfOtherProgramsSurviveARewrite() {
        String theirs =
                cipher.sealText(
                        "{\"host\":\"a\",\"future\":{\"x\":[1,2.5,null,\"é\"]},\"big\":9007199254740993}");
        ObjectNode object = encryption.open(theirs).orElseThrow();
        object.put("host", "b");
        assertThat(cipher.openText(encryption.seal(object)))
                .isEqualTo(
                        "{\"host\":\"b\",\"future\":{\"x\":[1,2.5,null,\"é\"]},\"big\":9007199254740993}");
    }

    @Test
    void whatDoesNotOpenOrIsNoObjectIsEmpty() {
        assertThat(encryption.open("")).isEmpty();
        assertThat(encryption.open("not base64!")).isEmpty();
        assertThat(encryption.open(cipher.sealText(""))).isEmpty();
        assertThat(encryption.open(cipher.sealText("null"))).isEmpty();
        assertThat(encryption.open(cipher.sealText("[]"))).isEmpty();
        assertThat(encryption.open(cipher.sealText("{broken"))).isEmpty();
        assertThat(encryption.open(cipher.sealText("{\"a\":".repeat(5_000)))).isEmpty();
        DataKeyCipher other = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
        assertThat(encryption.open(other.sealText("{}"))).isEmpty();
    }
}
