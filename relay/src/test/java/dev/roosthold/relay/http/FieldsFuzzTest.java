package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any body and any query give their fields or the one error, whatever is asked for.
class FieldsFuzzTest {
    private static final List<Consumer<Fields>> READERS =
            List.of(
                    fields -> fields.text("a"),
                    fields -> fields.text("a", 1, 10),
                    fields -> fields.optionalText("a"),
                    fields -> fields.nullableText("a"),
                    fields -> fields.textOrNull("a"),
                    fields -> fields.bool("a"),
                    fields -> fields.nullableBool("a"),
                    fields -> fields.integer("a", 0, 100),
                    fields -> fields.version("a"),
                    fields -> fields.optionalInteger("a", -1, Long.MAX_VALUE),
                    fields -> fields.limit("a", 100, 10),
                    fields -> fields.object("a").text("a"),
                    fields -> fields.objects("a", 1, 3).forEach(item -> item.text("a")));

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{}",
                        "[]",
                        "{\"a\":\"text\"}",
                        "{\"a\":" + "9".repeat(500) + "}",
                        "{\"a\":1e999999}",
                        "{\"a\":[{\"a\":1},null]}",
                        "/path/%zz?a=%ff&a&=&a=1",
                        "http://host/x?a=9223372036854775808")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyRequestGivesItsFieldsOrTheOneError(byte[] bytes) {
        try {
            read(() -> Fields.body(request(bytes, Map.of())));
        } catch (MalformedJson refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
        Target target = Target.of(new String(bytes, StandardCharsets.ISO_8859_1));
        assertThat(target.segments()).isNotEmpty();
        Map<String, String> query = target.queryParameters();
        read(() -> Fields.query(request("{}".getBytes(StandardCharsets.UTF_8), query)));
    }

    private static void read(java.util.function.Supplier<Fields> source) {
        for (Consumer<Fields> reader : READERS) {
            Fields fields = source.get();
            try {
                reader.accept(fields);
                fields.check();
            } catch (BadRequest refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }

    private static Request request(byte[] body, Map<String, String> query) {
        return new Request(
                "POST",
                "/",
                Map.of(),
                query,
                Map.of(),
                Codec.parse(body),
                body,
                new InetSocketAddress(0),
                Optional.empty(),
                Optional.empty());
    }
}
