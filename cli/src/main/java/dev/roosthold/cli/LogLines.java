package dev.roosthold.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// One event as one line, as text or as a JSON object. Control characters are escaped in both, so
/// that nothing that is logged can forge a line. Thread-safe.
///
/// Of an exception the class and the places are written. Its message is only written where it is
/// known not to quote what somebody sent: that of our own classes, of the database and of input
/// and output.
final class LogLines extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private static final Set<String> FIELDS =
            Set.of("ts", "level", "logger", "message", "thread", "error");

    private static final List<String> MESSAGES_OF =
            List.of(
                    "dev.roosthold.relay.store.",
                    "dev.roosthold.client.",
                    "dev.roosthold.daemon.",
                    "java.io.",
                    "java.net.",
                    "java.nio.",
                    "java.sql.",
                    "org.sqlite.",
                    "java.lang.NullPointerException",
                    "java.lang.OutOfMemoryError");

    /// Deeper ones say where the thread came from, which is always the same.
    private static final int MAX_FRAMES = 40;

    private static final int MAX_CAUSES = 8;

    private volatile LogOptions.Format format = LogOptions.Format.TEXT;
    private volatile boolean stacks;

    /// @param stackTraces whether text lines are followed by the places of an exception; JSON has
    ///     them always
    void use(LogOptions.Format newFormat, boolean stackTraces) {
        format = newFormat;
        stacks = stackTraces;
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String line = format == LogOptions.Format.JSON ? json(event) : text(event);
        return line.getBytes(StandardCharsets.UTF_8);
    }

    private String text(ILoggingEvent event) {
        var out = new StringBuilder(160);
        out.append(time(event)).append(' ');
        String level = event.getLevel().toString();
        out.append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
        String logger = event.getLoggerName();
        out.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        escape(out, event.getFormattedMessage());
        for (KeyValuePair pair : pairs(event)) {
            if (!isNothing(pair)) {
                out.append(" ");
                escape(out, pair.key);
                out.append("=");
                String value = String.valueOf(pair.value);
                if (value.isEmpty() || value.contains(" ")) {
                    out.append('"');
                    escape(out, value);
                    out.append('"');
                } else {
                    escape(out, value);
                }
            }
        }
        IThrowableProxy error = event.getThrowableProxy();
        if (error != null) {
            out.append(" error=\"");
            escape(out, summary(error));
            out.append('"');
        }
        out.append('\n');
        if (error != null && stacks) {
            stack(error).lines().forEach(line -> out.append("    ").append(line).append('\n'));
        }
        return out.toString();
    }

    private static String json(ILoggingEvent event) {
        var out = new StringBuilder(256);
        out.append('{');
        field(out, "ts", time(event));
        field(out, "level", event.getLevel().toString());
        field(out, "logger", event.getLoggerName());
        field(out, "message", event.getFormattedMessage());
        field(out, "thread", event.getThreadName());
        for (KeyValuePair pair : pairs(event)) {
            if (!isNothing(pair)) {
                field(out, FIELDS.contains(pair.key) ? pair.key + "_" : pair.key, pair.value);
            }
        }
        if (event.getThrowableProxy() != null) {
            field(out, "error", stack(event.getThrowableProxy()));
        }
        return out.append("}\n").toString();
    }

    /// A count of nothing is no news.
    private static boolean isNothing(KeyValuePair pair) {
        return pair.key.equals("withheld") && pair.value instanceof Long n && n == 0;
    }

    private static void field(StringBuilder out, String name, @Nullable Object value) {
        out.append(out.length() > 1 ? ",\"" : "\"");
        escape(out, name);
        out.append("\":");
        if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            out.append(value);
        } else {
            out.append('"');
            escape(out, String.valueOf(value));
            out.append('"');
        }
    }

    private static String time(ILoggingEvent event) {
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
    }

    private static List<KeyValuePair> pairs(ILoggingEvent event) {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        return pairs == null ? List.of() : pairs;
    }

    /// What and where, in one line.
    private static String summary(IThrowableProxy error) {
        StackTraceElementProxy[] frames = error.getStackTraceElementProxyArray();
        String where = frames.length == 0 ? "" : " " + frames[0].getSTEAsString();
        return head(error) + where;
    }

    private static String stack(IThrowableProxy error) {
        var out = new StringBuilder();
        int causes = 0;
        for (IThrowableProxy e = error; e != null && causes < MAX_CAUSES; e = e.getCause()) {
            out.append(causes++ == 0 ? "" : "caused by: ").append(head(e)).append('\n');
            StackTraceElementProxy[] frames = e.getStackTraceElementProxyArray();
            int count = Math.min(MAX_FRAMES, frames.length - e.getCommonFrames());
            for (int i = 0; i < count; i++) {
                out.append("  ").append(frames[i].getSTEAsString()).append('\n');
            }
        }
        return out.toString().stripTrailing();
    }

    private static String head(IThrowableProxy error) {
        String type = error.getClassName();
        String message = error.getMessage();
        boolean harmless = MESSAGES_OF.stream().anyMatch(type::startsWith);
        return message == null || !harmless ? type : type + ": " + message;
    }

    private static void escape(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || isLineEnd(c) || isLoneHalf(text, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }

    private static boolean isLineEnd(char c) {
        return c == 0x2028 || c == 0x2029;
    }

    private static boolean isLoneHalf(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
