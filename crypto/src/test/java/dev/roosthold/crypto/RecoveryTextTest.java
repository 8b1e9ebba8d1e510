package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class RecoveryTextTest {
    static Stream<JsonNode> vectors() {
        return Vectors.of("backup-key.json").stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorIsReadAndWrittenAsItSays(JsonNode vector) {
        if (!Vectors.ok(vector)) {
            assertThatThrownBy(() -> RecoveryText.parse(vector.get("input").asString()))
                    .isInstanceOf(CryptoException.class);
            return;
        }
        MasterSecret secret = new MasterSecret(Vectors.hex(vector, "secretHex"));
        assertThat(RecoveryText.parse(vector.get("secretB64Url").asString())).isEqualTo(secret);
        if (vector.has("input")) {
            assertThat(RecoveryText.parse(vector.get("input").asString())).isEqualTo(secret);
        } else {
            String text = vector.get("backupText").asString();
            assertThat(RecoveryText.format(secret)).isEqualTo(text);
            assertThat(RecoveryText.parse(text)).isEqualTo(secret);
        }
    }

    @Property
    void whatIsPrintedIsReadBack(@ForAll @Size(32) byte[] bytes) {
        MasterSecret secret = new MasterSecret(bytes);
        String text = RecoveryText.format(secret);
        assertThat(text).matches("([A-Z2-7]{5}-){10}[A-Z2-7]{2}");
        assertThat(RecoveryText.parse(text)).isEqualTo(secret);
        assertThat(RecoveryText.parse(" " + text.replace("-", "") + "\n")).isEqualTo(secret);
    }

    @Property
    void anyTextGivesASecretOrTheOneError(@ForAll String typed) {
        try {
            assertThat(RecoveryText.parse(typed).bytes()).hasSize(32);
        } catch (CryptoException e) {
            assertThat(e).hasMessageStartingWith("the recovery text");
        }
    }

    @Test
    void refusalDoesNotRepeatWhatWasTyped() {
        assertThatThrownBy(() -> RecoveryText.parse("AAAAA-BBBBB-CCCCC"))
                .hasMessage("the recovery text has 15 letters instead of 52");
    }
}
