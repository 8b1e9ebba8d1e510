package dev.roosthold.importer;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.relay.limits.Texts;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The values of one row, read as what they are. One thread.
record HappyRow(Map<String, @Nullable String> values) {
    /// As long as a parameter of a path may be.
    private static final int MAX_ID = 1_024;

    private static final int MAX_VERSION = Integer.MAX_VALUE;

    /// `2026-08-01 12:34:56`, then perhaps a fraction and an offset.
    private static final int TIME_LENGTH = 19;

    String text(String column) throws BadRow {
        String value = values.get(column);
        if (value == null) {
            throw new BadRow(column + " is null");
        }
        return value;
    }

    @Nullable String textOrNull(String column) {
        return values.get(column);
    }

    String id(String column) throws BadRow {
        String value = text(column);
        if (value.isEmpty() || value.length() > MAX_ID || !Texts.isPrintable(value)) {
            throw new BadRow(column + " is no id");
        }
        return value;
    }

    @Nullable String idOrNull(String column) throws BadRow {
        return values.get(column) == null ? null : id(column);
    }

    long version(String column) throws BadRow {
        long number = number(column);
        if (number > MAX_VERSION) {
            throw new BadRow(column + " is no version");
        }
        return number;
    }

    /// 0 or more.
    long number(String column) throws BadRow {
        String value = text(column);
        try {
            long number = Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, without the value.
        }
        throw new BadRow(column + " is no number from 0 on");
    }

    /// Unix milliseconds.
    long time(String column) throws BadRow {
        String value = text(column);
        try {
            LocalDateTime time =
                    LocalDateTime.parse(value.substring(0, TIME_LENGTH).replace(' ', 'T'));
            int end = TIME_LENGTH;
            long millis = 0;
            if (end < value.length() && value.charAt(end) == '.') {
                int start = ++end;
                while (end < value.length() && Character.isDigit(value.charAt(end))) {
                    end++;
                }
                millis = Long.parseLong((value.substring(start, end) + "00").substring(0, 3));
            }
            ZoneOffset offset =
                    end == value.length() ? ZoneOffset.UTC : ZoneOffset.of(value.substring(end));
            long seconds = time.toEpochSecond(offset);
            if (seconds >= 0) {
                return seconds * 1_000 + millis;
            }
        } catch (DateTimeException | IndexOutOfBoundsException | NumberFormatException e) {
            // Told below, without the value.
        }
        throw new BadRow(column + " is no time since 1970");
    }

    @Nullable Long timeOrNull(String column) throws BadRow {
        return values.get(column) == null ? null : time(column);
    }

    byte[] bytes(String column) throws BadRow {
        String value = text(column);
        if (value.startsWith("\\x")) {
            try {
                return HexFormat.of().parseHex(value, 2, value.length());
            } catch (IllegalArgumentException e) {
                throw new BadRow(column + " is no sequence of bytes");
            }
        }
        throw new BadRow(column + " is in PostgreSQL's old form of bytes");
    }

    byte @Nullable [] bytesOrNull(String column) throws BadRow {
        return values.get(column) == null ? null : bytes(column);
    }

    JsonNode json(String column) throws BadRow {
        try {
            return Codec.parse(text(column).getBytes(StandardCharsets.UTF_8));
        } catch (MalformedJson e) {
            throw new BadRow(column + " is no JSON that we read");
        }
    }
}
