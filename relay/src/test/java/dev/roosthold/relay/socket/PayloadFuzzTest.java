package dev.roosthold.relay.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Any first argument of an event gives its fields or the one error, whatever is asked for.
class PayloadFuzzTest {
    private static final List<Function<Payload, Object>> READERS =
            List.of(
                    payload -> payload.id("a"),
                    payload -> payload.text("a"),
                    payload -> payload.textOrNull("a"),
                    payload -> payload.textIfAny("a"),
                    payload -> payload.version("a"),
                    payload -> payload.timeMs("a"),
                    payload -> payload.object("a").text("a"),
                    payload -> payload.node("a"),
                    payload -> payload.has("a"));

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "null",
                        "{\"a\":1}",
                        "{\"a\":1e999}",
                        "{\"a\":" + "9".repeat(500) + "}",
                        "{\"a\":{\"a\":\"\"}}",
                        "{\"a\":null}",
                        "[{\"a\":1}]",
                        "{\"a\":1.5}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyArgumentGivesItsFieldsOrTheOneError(byte[] json) {
        JsonNode argument;
        try {
            argument = Codec.parse(json);
        } catch (MalformedJson refused) {
            return;
        }
        for (Function<Payload, Object> reader : READERS) {
            try {
                assertThat(reader.apply(Payload.of(List.of(argument)))).isNotNull();
            } catch (InvalidParameters refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }
}
