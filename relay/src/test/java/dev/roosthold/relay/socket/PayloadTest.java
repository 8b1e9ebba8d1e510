package dev.roosthold.relay.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadTest {

    @Test
    void timeMayBeAnyUsableNumber() throws Exception {
        assertThat(payload("1764000000000").timeMs("time")).isEqualTo(1_764_000_000_000L);
        assertThat(payload("1764000000000.75").timeMs("time")).isEqualTo(1_764_000_000_000L);
        assertThat(payload("1.764e12").timeMs("time")).isEqualTo(1_764_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"1\"", "true", "[]", "1e999", "-1e999"})
    void timeThatIsNoUsableNumberIsInvalid(String json) {
        assertThatThrownBy(() -> payload(json).timeMs("time"))
                .isInstanceOf(InvalidParameters.class);
    }

    @Test
    void timeOfFiveHundredDigitsIsInvalidAndNothingElse() {
        assertThatThrownBy(() -> payload("9".repeat(500)).timeMs("time"))
                .isInstanceOf(InvalidParameters.class)
                .hasMessageNotContaining("999");
    }

    private static Payload payload(String time) throws Exception {
        return Payload.of(
                List.of(Codec.parse(("{\"time\":" + time + "}").getBytes(StandardCharsets.UTF_8))));
    }
}
