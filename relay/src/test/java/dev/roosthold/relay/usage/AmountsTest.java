package dev.roosthold.relay.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class AmountsTest {
    @Test
    void onlyFiniteNumbersAreKept() {
        String huge = "9".repeat(400);
        assertThat(
                        kept(
                                "{\"a\":\"1\",\"b\":null,\"c\":[1],\"d\":1e999,\"e\":-1e999,\"f\":%s,"
                                                .formatted(huge)
                                        + "\"g\":-0.5,\"h\":1e300,\"total\":9223372036854775808,\"i\":true}"))
                .hasValue("{\"g\":-0.5,\"h\":1.0E300,\"total\":9223372036854775808}");
        for (String total : new String[] {"1e999", huge, "\"1\"", "null", "true", "{}"}) {
            assertThat(kept("{\"total\":" + total + "}")).as(total).isEmpty();
        }
        for (String noObject : new String[] {"1", "\"total\"", "[1]", "null", "{}"}) {
            assertThat(kept(noObject)).as(noObject).isEmpty();
        }
    }

    @Test
    void ofManyKindsTheFirstAndTheTotalAreKept() {
        ObjectNode many = JsonNodeFactory.instance.objectNode();
        many.put("x".repeat(65), 1);
        for (int i = 0; i < 1_000; i++) {
            many.put("kind " + i, i);
        }
        many.put("total", 7);

        var kept = Amounts.of(many).orElseThrow().numbers();

        assertThat(kept.size()).isEqualTo(Amounts.MAX_KINDS);
        assertThat(kept.path("total").asInt()).isEqualTo(7);
        assertThat(kept.has("kind 30")).isTrue();
        assertThat(kept.has("kind 31")).isFalse();
    }

    @Test
    void whatWasPrintedIsReadExactly() {
        String json = kept("{\"total\":0.1,\"tokens\":9007199254740993}").orElseThrow();
        var read = Amounts.parse(json.getBytes(StandardCharsets.UTF_8));
        assertThat(read.get("total")).isEqualByComparingTo("0.1");
        assertThat(read.get("tokens")).isEqualByComparingTo("9007199254740993");
    }

    private static Optional<String> kept(String json) {
        return Amounts.of(Codec.parse(json.getBytes(StandardCharsets.UTF_8))).map(Amounts::json);
    }
}
