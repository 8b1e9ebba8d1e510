package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.PairingLink;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class QrTextTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @RepeatedTest(20)
    void codeOfAnyLinkIsReadBackAndFitsATerminal() throws Exception {
        for (PairingLink.Purpose purpose : PairingLink.Purpose.values()) {
            String link = new PairingLink(purpose, BoxSecretKey.random(RANDOM).publicKey()).text();
            List<String> plain = QrText.of(link, Style.NONE);
            List<String> coloured = QrText.of(link, new Style(true));
            assertThat(QrReading.read(plain, false)).isEqualTo(link);
            assertThat(QrReading.read(coloured, true)).isEqualTo(link);
            assertThat(plain).hasSizeLessThan(24).allMatch(line -> line.length() < 78);
        }
    }

    @Test
    void outputWithoutTheCharactersIsSeen() {
        assertThat(QrText.canShow(StandardCharsets.UTF_8)).isTrue();
        assertThat(QrText.canShow(StandardCharsets.US_ASCII)).isFalse();
    }
}
