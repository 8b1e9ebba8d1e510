package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.roosthold.relay.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How an event of the log is written.
final class LogLinesTest {
    private static final Logger LOGGER = new LoggerContext().getLogger("dev.roosthold.relay.Relay");

    @Test
    void aTextLineIsShort() {
        String line = text(event("started", null, "address", "http://[::1]:1", "ms", 612));

        assertThat(line)
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN  Relay: started"
                                + " address=http://\\[::1\\]:1 ms=612\n");
    }

    @Test
    void anEventIsOneJsonObjectOnOneLine() {
        String line =
                json(
                        event(
                                "two\nlines \"quoted\" \u2028 \u0000 \ud800",
                                new IllegalStateException("outer", new StoreException("disk")),
                                "status",
                                500,
                                "level",
                                "x"));

        assertThat(line).endsWith("}\n").hasLineCount(1).isASCII();
        JsonNode object = JsonMapper.shared().readTree(line);
        assertThat(object.path("ts").asString()).endsWith("Z");
        assertThat(object.path("level").asString()).isEqualTo("WARN");
        assertThat(object.path("level_").asString()).isEqualTo("x");
        assertThat(object.path("logger").asString()).isEqualTo("dev.roosthold.relay.Relay");
        assertThat(object.path("message").asString()).startsWith("two\nlines \"quoted\" \u2028");
        assertThat(object.path("thread").asString()).isNotEmpty();
        assertThat(object.path("status").asInt()).isEqualTo(500);
        assertThat(object.path("error").asString())
                .startsWith("java.lang.IllegalStateException\n  at dev.roosthold.cli.LogLinesTest")
                .contains("caused by: dev.roosthold.relay.store.StoreException: disk");
    }

    @Test
    void nothingThatIsLoggedForgesALine() {
        String line =
                text(event("a\r\n2026-01-01T00:00:00.000Z ERROR x", null, "k\n", "v\u001b[2J\n"));

        assertThat(line).endsWith("\n").hasLineCount(1);
        assertThat(line.strip().chars()).noneMatch(Character::isISOControl);
    }

    @Test
    void aMessageThatMayQuoteWhatSomebodySentIsLeftOut() {
        var error = new NumberFormatException("For input string: \"my-secret\"");

        for (boolean stacks : new boolean[] {false, true}) {
            for (var format : LogOptions.Format.values()) {
                String line = encode(event("failed", error), format, stacks);
                assertThat(line)
                        .contains("java.lang.NumberFormatException")
                        .contains("LogLinesTest")
                        .doesNotContain("my-secret");
            }
        }
        assertThat(text(event("failed", error))).hasLineCount(1);
        assertThat(encode(event("failed", error), LogOptions.Format.TEXT, true).lines().count())
                .isGreaterThan(2);
    }

    private static String text(LoggingEvent event) {
        return encode(event, LogOptions.Format.TEXT, false);
    }

    private static String json(LoggingEvent event) {
        return encode(event, LogOptions.Format.JSON, false);
    }

    private static String encode(LoggingEvent event, LogOptions.Format format, boolean stacks) {
        var lines = new LogLines();
        lines.use(format, stacks);
        return new String(lines.encode(event), StandardCharsets.UTF_8);
    }

    private static LoggingEvent event(
            String message, @org.jspecify.annotations.Nullable Throwable error, Object... pairs) {
        var event = new LoggingEvent("", LOGGER, Level.WARN, message, error, new Object[0]);
        for (int i = 0; i < pairs.length; i += 2) {
            event.addKeyValuePair(new KeyValuePair(String.valueOf(pairs[i]), pairs[i + 1]));
        }
        assertThat(List.of(pairs)).hasSizeLessThan(10);
        return event;
    }
}
