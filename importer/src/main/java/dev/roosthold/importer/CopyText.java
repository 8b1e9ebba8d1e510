package dev.roosthold.importer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One line of PostgreSQL's COPY text format (PostgreSQL manual, COPY, "Text Format"): fields
/// between tabs, `\N` for null, backslash escapes.
final class CopyText {
    private CopyText() {}

    /// The line is not what the format says.
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String what) {
            super(what);
        }
    }

    /// The fields of a line without its line end.
    ///
    /// @param columns how many there must be
    static @Nullable String[] fields(byte[] line, int length, int columns) throws Malformed {
        @Nullable String[] fields = new @Nullable String[columns];
        int start = 0;
        int count = 0;
        while (start <= length) {
            int end = start;
            boolean escaped = false;
            while (end < length && line[end] != '\t') {
                escaped |= line[end] == '\\';
                end++;
            }
            if (count == columns) {
                throw new Malformed("more than " + columns + " fields");
            }
            fields[count++] = escaped ? unescaped(line, start, end) : utf8(line, start, end);
            start = end + 1;
        }
        if (count < columns) {
            throw new Malformed(count + " fields instead of " + columns);
        }
        return fields;
    }

    private static @Nullable String unescaped(byte[] line, int start, int end) throws Malformed {
        if (end - start == 2 && line[start] == '\\' && line[start + 1] == 'N') {
            return null;
        }
        var out = new ByteArrayOutputStream(end - start);
        for (int i = start; i < end; i++) {
            byte b = line[i];
            if (b != '\\') {
                out.write(b);
                continue;
            }
            if (++i == end) {
                throw new Malformed("a backslash at the end of a field");
            }
            switch (line[i]) {
                case 'b' -> out.write('\b');
                case 'f' -> out.write('\f');
                case 'n' -> out.write('\n');
                case 'r' -> out.write('\r');
                case 't' -> out.write('\t');
                case 'v' -> out.write(0x0b);
                case '\\' -> out.write('\\');
                // The rest of what the format allows is never written by PostgreSQL itself.
                default -> throw new Malformed("an unknown escape");
            }
        }
        byte[] bytes = out.toByteArray();
        return utf8(bytes, 0, bytes.length);
    }

    /// Strict: a replaced character would be another text.
    static String utf8(byte[] bytes, int start, int end) throws Malformed {
        String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0
                && !Arrays.equals(
                        text.getBytes(StandardCharsets.UTF_8),
                        Arrays.copyOfRange(bytes, start, end))) {
            throw new Malformed("bytes that are not UTF-8");
        }
        return text;
    }
}
