package dev.roosthold.relay.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Base64TextTest {
    @Test
    void bytesSurviveAndPaddingMayBeMissing() {
        for (int size = 0; size < 20; size++) {
            byte[] bytes = new byte[size];
            Arrays.fill(bytes, (byte) -5);
            String text = Base64Text.encode(bytes);
            assertThat(Base64Text.decode(text, 20)).hasValue(bytes);
            assertThat(Base64Text.decode(text.replace("=", ""), 20)).hasValue(bytes);
        }
    }

    @Test
    void everythingElseIsRefused() {
        for (String text :
                new String[] {"***", "A", "AA=A", "AA\n==", "A-_A", "=", "ÄÄÄÄ", " AAA"}) {
            assertThat(Base64Text.decode(text, 100)).as(text).isEmpty();
        }
    }

    @Test
    void theSizeIsBoundedToTheByte() {
        for (int max = 0; max < 10; max++) {
            assertThat(Base64Text.decode(Base64Text.encode(new byte[max]), max)).isPresent();
            assertThat(Base64Text.decode(Base64Text.encode(new byte[max + 1]), max)).isEmpty();
        }
    }
}
