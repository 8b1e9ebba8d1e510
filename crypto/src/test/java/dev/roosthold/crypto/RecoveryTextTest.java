package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.Locale;
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
    void secretInBase64UrlIsReadToo(@ForAll @Size(32) byte[] bytes) {
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        assertThat(RecoveryText.parse(text)).isEqualTo(new MasterSecret(bytes));
        assertThat(RecoveryText.parse(" " + text + "=\n")).isEqualTo(new MasterSecret(bytes));
    }

    @Test
    void whatLooksLikeALetterIsReadAsItAndTheRestIsDropped() {
        MasterSecret secret = new MasterSecret(new byte[32]);
        String written = RecoveryText.format(secret);
        MasterSecret typed =
                RecoveryText.parse("ab 0189" + "a".repeat(46) + "!?_.ä");
        assertThat(RecoveryText.format(typed)).startsWith("ABOIB-GAAAA-");
        assertThat(RecoveryText.parse(written.toLowerCase(Locale.ROOT))).isEqualTo(secret);
        assertThat(RecoveryText.parse(written.replace('-', ' '))).isEqualTo(secret);
    }

    /// The last letter has a bit too many, which does not count.
    @Test
    void leftoverBitsAreIgnored() {
        MasterSecret secret = new MasterSecret(new byte[32]);
        assertThat(RecoveryText.parse("A".repeat(51) + "P")).isEqualTo(secret);
        assertThat(RecoveryText.parse("A".repeat(51) + "B")).isEqualTo(secret);
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
