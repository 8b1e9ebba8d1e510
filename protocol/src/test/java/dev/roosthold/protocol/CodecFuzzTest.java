package dev.roosthold.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Any bytes give a value or the one error, and a value that was read is read the same after it was
/// printed.
class CodecFuzzTest {

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "",
                        "null",
                        "{\"a\":[1,2.5,-0,1e400,\"\\u0000\",true,null]}",
                        "\"\\ud800\"",
                        "{\"a\":1,\"a\":2}",
                        "123456789012345678901234567890",
                        "[".repeat(65) + "]".repeat(65),
                        "{} x",
                        "\ufeff{}",
                        "1e999999999")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyBytesGiveAValueOrTheOneError(byte[] bytes) {
        JsonNode value;
        try {
            value = Codec.parse(bytes);
        } catch (MalformedJson refused) {
            return;
        }
        byte[] printed;
        try {
            printed = Codec.print(value);
        } catch (JacksonException halfOfASurrogatePair) {
            // Readable as an escape, and without a form in UTF-8: features refuse such texts.
            assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("\\u");
            return;
        }
        assertThat(Codec.print(Codec.parse(printed))).isEqualTo(printed);
    }
}
