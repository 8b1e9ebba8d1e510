package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.protocol.Codec;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldsTest {
    private static Request request(String body, Map<String, String> query) {
        return new Request(
                "POST",
                "/",
                Map.of("vendor", "x"),
                query,
                Map.of(),
                Codec.parse(body.getBytes(StandardCharsets.UTF_8)),
                new byte[0],
                InetSocketAddress.createUnresolved("127.0.0.1", 1),
                Optional.empty(),
                Optional.empty());
    }

    private static String refusal(String body, Consumer<Fields> reading) {
        var fields = Fields.body(request(body, Map.of()));
        reading.accept(fields);
        try {
            fields.check();
            return "";
        } catch (BadRequest e) {
            return String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{}|undefined",
                "{\"a\":null}|null",
                "{\"a\":1.5}|number",
                "{\"a\":true}|boolean",
                "{\"a\":[]}|array",
                "{\"a\":{}}|object",
            })
    void aWrongTextIsNamedWithWhatWasReceived(String body, String received) {
        assertThat(refusal(body, fields -> fields.text("a")))
                .isEqualTo("body/a Invalid input: expected string, received " + received);
    }

    @Test
    void absentAndNullAreDifferentThings() {
        assertThat(refusal("{}", f -> f.optionalText("a"))).isEmpty();
        assertThat(refusal("{\"a\":null}", f -> f.optionalText("a"))).contains("received null");
        assertThat(refusal("{}", f -> f.nullableText("a"))).isEmpty();
        assertThat(refusal("{\"a\":null}", f -> f.nullableText("a"))).isEmpty();
        assertThat(refusal("{\"a\":3}", f -> f.nullableText("a"))).contains("received number");
        assertThat(refusal("{}", f -> f.textOrNull("a"))).contains("received undefined");
        assertThat(refusal("{\"a\":null}", f -> f.textOrNull("a"))).isEmpty();
        assertThat(refusal("{\"a\":null}", f -> f.nullableBool("a"))).isEmpty();
        assertThat(refusal("{\"a\":\"\"}", f -> f.nullableBool("a")))
                .isEqualTo("body/a Invalid input: expected boolean, received string");
    }

    @Test
    void numbersAreBoundedAndWhole() {
        assertThat(refusal("{\"v\":-1}", f -> f.version("v")))
                .isEqualTo("body/v Too small: expected number to be >=0");
        assertThat(refusal("{\"v\":1.5}", f -> f.version("v")))
                .isEqualTo("body/v Invalid input: expected int, received number");
        assertThat(refusal("{\"v\":99999999999999999999}", f -> f.version("v")))
                .isEqualTo("body/v Invalid input: expected int, received number");
        assertThat(refusal("{\"v\":2147483648}", f -> f.version("v"))).contains("Too big");
        assertThat(refusal("{\"v\":\"1\"}", f -> f.version("v")))
                .isEqualTo("body/v Invalid input: expected number, received string");
        assertThat(refusal("{\"v\":7}", f -> assertThat(f.version("v")).isEqualTo(7))).isEmpty();
    }

    @Test
    void lengthsAreBounded() {
        assertThat(refusal("{\"t\":\"\"}", f -> f.text("t", 1, 3)))
                .isEqualTo("body/t Too small: expected string to have >=1 characters");
        assertThat(refusal("{\"t\":\"abcd\"}", f -> f.text("t", 1, 3)))
                .isEqualTo("body/t Too big: expected string to have <=3 characters");
    }

    @Test
    void elementsAreNamedByTheirPlace() {
        Consumer<Fields> messages =
                f -> f.objects("messages", 1, 2).forEach(item -> item.text("localId"));
        assertThat(refusal("{\"messages\":[{\"localId\":\"a\"},{}]}", messages))
                .isEqualTo(
                        "body/messages/1/localId Invalid input: expected string, received"
                                + " undefined");
        assertThat(refusal("{\"messages\":[]}", messages))
                .isEqualTo("body/messages Too small: expected array to have >=1 items");
        assertThat(refusal("{\"messages\":[{},{},{}]}", messages))
                .isEqualTo("body/messages Too big: expected array to have <=2 items");
        assertThat(refusal("{\"messages\":[3]}", messages))
                .isEqualTo("body/messages/0 Invalid input: expected object, received number");
        assertThat(refusal("{\"keys\":{\"auth\":1}}", f -> f.object("keys").text("auth")))
                .isEqualTo("body/keys/auth Invalid input: expected string, received number");
    }

    @Test
    void allProblemsAreReportedInTheOrderOfReading() {
        assertThat(
                        refusal(
                                "{\"b\":1}",
                                f -> {
                                    f.text("c");
                                    f.text("b");
                                    f.text("a");
                                }))
                .isEqualTo(
                        "body/c Invalid input: expected string, received undefined, "
                                + "body/b Invalid input: expected string, received number, "
                                + "body/a Invalid input: expected string, received undefined");
    }

    @Test
    void aBodyThatIsNoObjectIsRefused() {
        assertThat(refusal("[]", _ -> {}))
                .isEqualTo("body/ Invalid input: expected object, received array");
    }

    @Test
    void queriesAreReadAsNumbersFromText() {
        var fields = Fields.query(request("{}", Map.of("limit", "20", "after", "x", "max", "501")));
        assertThat(fields.limit("limit", 500, 100)).isEqualTo(20);
        assertThat(fields.limit("absent", 500, 100)).isEqualTo(100);
        assertThatCode(fields::check).doesNotThrowAnyException();
        fields.optionalInteger("after", 0, 10);
        fields.limit("max", 500, 100);
        fields.text("publicKey");
        assertThatThrownBy(fields::check)
                .hasMessage(
                        "querystring/after Invalid input: expected number, received NaN, "
                                + "querystring/max Too big: expected number to be <=500, "
                                + "querystring/publicKey Invalid input: expected string, received"
                                + " undefined");
    }

    @Test
    void pathParametersHaveTheirOwnPrefix() {
        var fields = Fields.parameters(request("{}", Map.of()));
        fields.problem("vendor", "Invalid option");
        assertThatThrownBy(fields::check).hasMessage("params/vendor Invalid option");
    }
}
