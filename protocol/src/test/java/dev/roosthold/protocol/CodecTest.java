package dev.roosthold.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private record Plain(MachineId id, @Nullable String state, int version) {}

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private record Sparse(Optional<String> state, Optional<String> other) {}

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void recordsTravelWithNullsAndIdsAsText() {
        var value = new Plain(new MachineId("m1"), null, 3);
        assertThat(Codec.printText(value))
                .isEqualTo("{\"id\":\"m1\",\"state\":null,\"version\":3}");
        assertThat(Codec.parse(Codec.print(value), Plain.class)).isEqualTo(value);
    }

    @Test
    void absentFieldsAreLeftOutWhereTheRecordSaysSo() {
        var value = new Sparse(Optional.of("é"), Optional.empty());
        assertThat(Codec.printText(value)).isEqualTo("{\"state\":\"é\"}");
        assertThat(Codec.parse(Codec.print(value), Sparse.class)).isEqualTo(value);
    }

    @Test
    void unknownFieldsAreIgnored() {
        assertThat(Codec.parse(utf8("{\"id\":\"m\",\"new\":[1],\"version\":1}"), Plain.class))
                .isEqualTo(new Plain(new MachineId("m"), null, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"secret\":}",
                "nul",
                "{}{}",
                "[1 2]",
                "'secret'",
                "\"a\nb\""
            })
    void everythingElseIsMalformedAndNotRepeated(String json) {
        assertThatThrownBy(() -> Codec.parse(utf8(json)))
                .isInstanceOf(MalformedJson.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void invalidUtf8IsMalformed() {
        assertThatThrownBy(() -> Codec.parse(new byte[] {'"', (byte) 0xc3, '"'}))
                .isInstanceOf(MalformedJson.class);
    }

    @Test
    void nestingIsBoundedAndLongTextIsNot() {
        assertThatThrownBy(() -> Codec.parse(utf8("[".repeat(65) + "]".repeat(65))))
                .isInstanceOf(MalformedJson.class)
                .hasMessageContaining("64");
        assertThat(Codec.parse(utf8("[".repeat(64) + "]".repeat(64))).isArray()).isTrue();
        String large = "x".repeat(25_000_000);
        assertThat(Codec.parse(utf8('"' + large + '"')).stringValue()).hasSize(25_000_000);
    }

    @Test
    void aPartOfAnArrayIsParsedAlone() {
        assertThat(Codec.parse(utf8("xx[1]yy"), 2, 3).size()).isEqualTo(1);
    }
}
