package dev.roosthold.conformance.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class DifferenceTest {
    private static final String MESSAGE = "/response/body/message";

    @Test
    void anotherNumberOfAnUpdateIsLeftToTheServer() {
        assertThat(left("/observed/A.user2/3/args/0/seq", "7", "9")).isTrue();
        assertThat(left("/observed/A.user2/3/args/0/seq", "7", "'9'")).isFalse();
        assertThat(left("/observed/A.user2/3/args/0/body/seq", "7", "9")).isFalse();
        assertThat(left("/response/body/messages/0/seq", "7", "9")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "body/key Invalid input: expected string | body/key Required | true",
                "body/key Invalid input, body/v Too small | body/key Required, body/v Wrong | true",
                "body/key Invalid input, body/v Too small | body/key Required | false",
                "body/key Invalid input | body/value Invalid input | false",
                "body/key Invalid input | querystring/key Invalid input | false",
                "Unsupported Media Type: text/plain | Unsupported Media Type | true",
                "Unsupported Media Type: text/plain | body/key Required | false"
            })
    void theWordsOfAValidationErrorAreLeftToTheServerAndItsFieldsAreNot(
            String recorded, String received, boolean expected) {
        assertThat(left(MESSAGE, "'" + recorded + "'", "'" + received + "'")).isEqualTo(expected);
    }

    @Test
    void wordsElsewhereAreNot() {
        assertThat(left("/response/body/error", "'Not found'", "'Nothing there'")).isFalse();
    }

    @Test
    void aRefusalMayComeSooner() {
        assertThat(left("/response/tookSeconds", "15", "10")).isTrue();
        assertThat(left("/response/tookSeconds", "15", "20")).isFalse();
    }

    @Test
    void whatIsMissingOrTooMuchIsNotLeftToTheServer() {
        Optional<JsonNode> text = Optional.of(json("'body/key Required'"));
        assertThat(new Difference(MESSAGE, text, Optional.empty()).isLeftToTheServer()).isFalse();
        assertThat(new Difference(MESSAGE, Optional.empty(), text).isLeftToTheServer()).isFalse();
    }

    private static boolean left(String path, String recorded, String received) {
        return new Difference(path, Optional.of(json(recorded)), Optional.of(json(received)))
                .isLeftToTheServer();
    }

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }
}
