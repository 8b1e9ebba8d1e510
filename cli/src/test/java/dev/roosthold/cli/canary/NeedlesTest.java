package dev.roosthold.cli.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NeedlesTest {
    private static final String TEXT = "CanaryOfATestqwertzuiop";

    private final Random random = new Random(7);

    @Test
    void everyFormIsFoundWhereverItStands() throws IOException {
        for (int before = 0; before < 7; before++) {
            String inside = "{\"a\":\"" + "x".repeat(before) + TEXT + "yz\"}";
            byte[] utf8 = inside.getBytes(StandardCharsets.UTF_8);
            String base64 = Base64.getEncoder().encodeToString(utf8);
            for (byte[] form :
                    List.of(
                            utf8,
                            inside.getBytes(StandardCharsets.UTF_16LE),
                            inside.getBytes(StandardCharsets.UTF_16BE),
                            base64.getBytes(StandardCharsets.US_ASCII),
                            base64.getBytes(StandardCharsets.UTF_16LE),
                            Base64.getUrlEncoder().encode(utf8),
                            HexFormat.of().formatHex(utf8).getBytes(StandardCharsets.US_ASCII),
                            HexFormat.of()
                                    .withUpperCase()
                                    .formatHex(utf8)
                                    .getBytes(StandardCharsets.US_ASCII),
                            escaped(inside).getBytes(StandardCharsets.US_ASCII))) {
                // Also across the border of two parts that are read one after the other.
                for (int at : List.of(0, 12_345, (1 << 20) - 10, (1 << 20) - before)) {
                    assertThat(found(at, form)).isNotEmpty();
                }
            }
        }
    }

    @Test
    void aKeyIsFoundAsItIsAndInTexts() throws IOException {
        byte[] key = new byte[32];
        random.nextBytes(key);
        Needles needles = new Needles().bytes("key", key);
        for (byte[] form :
                List.of(
                        key,
                        Base64.getEncoder().encode(key),
                        Base64.getUrlEncoder().withoutPadding().encode(key),
                        HexFormat.of().formatHex(key).getBytes(StandardCharsets.US_ASCII))) {
            assertThat(needles.in(new ByteArrayInputStream(amid(1_000, form)))).isNotEmpty();
        }
    }

    @Test
    void nothingIsFoundWhereNothingIs() throws IOException {
        assertThat(found(0, TEXT.substring(1).getBytes(StandardCharsets.US_ASCII))).isEmpty();
    }

    private Set<String> found(int at, byte[] form) throws IOException {
        return new Needles().text("text", TEXT).in(new ByteArrayInputStream(amid(at, form)));
    }

    private byte[] amid(int at, byte[] form) {
        byte[] noise = new byte[at + form.length + 100];
        random.nextBytes(noise);
        System.arraycopy(form, 0, noise, at, form.length);
        return Arrays.copyOf(noise, noise.length);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
        return escaped.toString();
    }
}
