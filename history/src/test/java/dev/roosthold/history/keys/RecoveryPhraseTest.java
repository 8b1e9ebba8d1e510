package dev.roosthold.history.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Contract of the sync daemon, sections 12.1 to 12.3.
final class RecoveryPhraseTest {
    static final String VECTOR = "abandon ".repeat(23) + "art";

    private static RecoveryPhrase parse(String text) {
        return RecoveryPhrase.parse(text.toCharArray());
    }

    @Test
    void section12_3_vectorGivesSaltAndEveryKey() {
        HexFormat hex = HexFormat.of();
        try (RecoveryPhrase phrase = parse(VECTOR);
                MasterKey master = phrase.masterKey()) {
            assertThat(hex.formatHex(phrase.salt())).isEqualTo("69be79ef3c28f55d7cb84db2dd3c18df");
            assertThat(hex.formatHex(master.shared()))
                    .isEqualTo("b4cd9f964d8b85bbf951b38a24d5e02848c89aba427dd77ad114b17141c2a66e");
            assertThat(hex.formatHex(master.commandKey().bytes()))
                    .isEqualTo("845b54dd6b7ce261f6dd21fdfba81a2ed8b9f7b20b0cd43b6e2af2fc5a1219b2");
            assertThat(hex.formatHex(master.preferenceKey().bytes()))
                    .isEqualTo("68218244a2eef806c85f616efaf4a187d94b1eb0de4ba96232608f84e20fe48e");
            assertThat(hex.formatHex(master.jazzAuthKey()))
                    .isEqualTo("cca92326fd74634d1782ededaa9c5f4c005da914a3d728f97bddf3a3f887de18");
            assertThat(hex.formatHex(master.deviceKey().bytes()))
                    .isEqualTo("2dc9ed0b80014784359d1d24aaa25ab87667232b00b2698ab4b35fa3bbefe186");
            assertThat(master.keyId()).matches("[0-9a-f]{16}");
            assertThat(MasterKey.sameId(master.keyId(), master.keyId())).isTrue();
            assertThat(MasterKey.sameId(master.keyId(), "0".repeat(16))).isFalse();
        }
    }

    @Test
    void section12_1_caseSpaceAndFormOfUnicodeDoNotMatter() {
        byte[] plain = VECTOR.getBytes(StandardCharsets.UTF_8);
        for (String typed :
                List.of(
                        "  " + VECTOR.toUpperCase(java.util.Locale.ROOT) + "\n",
                        VECTOR.replace(" ", " \t\r\n "),
                        VECTOR.replace(" ", "\u3000"),
                        VECTOR.replace("art", "\uff41\uff52\uff54"))) {
            assertThat(parse(typed).utf8()).isEqualTo(plain);
        }
    }

    @Test
    void section12_3_everyPhraseOfTheFirst24WordsInOrderIsRefused() {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            words.add(new String(WordList.word(i), StandardCharsets.US_ASCII));
        }
        assertThat(words).startsWith("abandon", "ability").endsWith("actual");
        for (int turn = 0; turn < 24; turn++) {
            String phrase = String.join(" ", words);
            assertThatThrownBy(() -> parse(phrase)).isInstanceOf(InvalidPhraseException.class);
            Collections.rotate(words, 1);
            if (turn == 0) {
                // The order of the list itself is the one that the contract names.
                assertThat(words.get(0)).isEqualTo("actual");
            }
        }
    }

    @Test
    void section12_1_oneMessageThatTellsNeitherWordNorReason() {
        String twelve = "abandon ".repeat(11) + "about";
        for (String wrong :
                List.of(
                        "",
                        " ",
                        twelve,
                        VECTOR + " abandon",
                        "abandon ".repeat(24).strip(),
                        VECTOR.replace("art", "arts"),
                        VECTOR.replace("art", "artificialword"),
                        "x".repeat(5000))) {
            assertThatThrownBy(() -> parse(wrong))
                    .isInstanceOf(InvalidPhraseException.class)
                    .hasMessage("recovery phrase is not valid")
                    .hasNoCause();
        }
    }

    @Test
    void section12_1_whatIsMadeIsValidAndNeverTheSame() {
        var random = new SecureRandom();
        try (RecoveryPhrase one = RecoveryPhrase.generate(random);
                RecoveryPhrase other = RecoveryPhrase.generate(random)) {
            String text = new String(one.utf8(), StandardCharsets.US_ASCII);
            assertThat(text.split(" ")).hasSize(24);
            assertThat(parse(text).utf8()).isEqualTo(one.utf8());
            assertThat(other.utf8()).isNotEqualTo(one.utf8());
            String first = text.split(" ")[0];
            assertThat(one.isWordAt(0, " " + first.toUpperCase(java.util.Locale.ROOT) + " "))
                    .isTrue();
            assertThat(one.isWordAt(0, "zzz")).isFalse();
            assertThat(RecoveryPhrase.isWord(first)).isTrue();
            assertThat(RecoveryPhrase.isWord("zzz")).isFalse();
        }
    }

    @Test
    void section12_6_closingOverwritesAndNothingPrints() {
        RecoveryPhrase phrase = parse(VECTOR);
        MasterKey master = phrase.masterKey();
        assertThat(phrase.toString() + master + master.commandKey())
                .doesNotContain("abandon")
                .contains("redacted");
        byte[] shared = master.shared();
        phrase.close();
        master.close();
        assertThat(phrase.utf8()).containsOnly(0);
        assertThat(shared).containsOnly(0);
        assertThatThrownBy(master::keyId).isInstanceOf(IllegalStateException.class);
    }
}
