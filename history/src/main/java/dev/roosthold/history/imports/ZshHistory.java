package dev.roosthold.history.imports;

import dev.roosthold.history.entry.RawText;
import dev.roosthold.history.imports.HistoryImport.Line;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `.zsh_history`: one command per line, or in the extended form `: 1700000000:5;command`. A line
/// break inside a command has a backslash before it. Bytes with a meaning of their own to zsh are
/// written as 0x83 and the byte with bit 5 turned over.
final class ZshHistory {
    private static final int META = 0x83;
    private static final Pattern EXTENDED =
            Pattern.compile(": *([0-9]{1,12}):([0-9]{1,9});(.*)", Pattern.DOTALL);

    private ZshHistory() {}

    static List<Line> parse(byte[] content) {
        List<Line> lines = new ArrayList<>();
        StringBuilder entry = new StringBuilder();
        boolean goesOn = false;
        for (String line : RawText.decode(plain(content)).split("\n", -1)) {
            goesOn = line.endsWith("\\");
            entry.append(goesOn ? line.substring(0, line.length() - 1) + "\n" : line);
            if (!goesOn) {
                flush(lines, entry);
            }
        }
        if (goesOn) {
            flush(lines, entry);
        }
        return lines;
    }

    private static void flush(List<Line> lines, StringBuilder entry) {
        Matcher extended = EXTENDED.matcher(entry);
        String text = entry.toString();
        OptionalLong start = OptionalLong.empty();
        OptionalLong duration = OptionalLong.empty();
        if (extended.matches()) {
            start = OptionalLong.of(Long.parseLong(extended.group(1)) * 1000);
            duration = OptionalLong.of(Long.parseLong(extended.group(2)) * 1000);
            text = extended.group(3);
        }
        text = text.stripTrailing();
        if (!text.isBlank()) {
            lines.add(new Line(text, start, duration));
        }
        entry.setLength(0);
    }

    private static byte[] plain(byte[] content) {
        var out = new ByteArrayOutputStream(content.length);
        for (int i = 0; i < content.length; i++) {
            boolean meta = (content[i] & 0xff) == META && i + 1 < content.length;
            out.write(meta ? content[++i] ^ 0x20 : content[i]);
        }
        return out.toByteArray();
    }
}
