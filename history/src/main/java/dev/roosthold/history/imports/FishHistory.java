package dev.roosthold.history.imports;

import dev.roosthold.history.entry.RawText;
import dev.roosthold.history.imports.HistoryImport.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// `fish_history`: `- cmd: text` and `  when: seconds`, and paths, which are passed over. In a
/// command `\\` is a backslash and `\n` a line break.
final class FishHistory {
    private FishHistory() {}

    static List<Line> parse(byte[] content) {
        List<Line> lines = new ArrayList<>();
        @Nullable String command = null;
        OptionalLong when = OptionalLong.empty();
        for (String line : RawText.decode(content).split("\n", -1)) {
            if (line.startsWith("- cmd: ")) {
                add(lines, command, when);
                command = plain(line.substring("- cmd: ".length()));
                when = OptionalLong.empty();
            } else if (line.startsWith("  when: ") && command != null) {
                when = seconds(line.substring("  when: ".length()).strip());
            }
        }
        add(lines, command, when);
        return lines;
    }

    private static void add(List<Line> lines, @Nullable String command, OptionalLong when) {
        if (!Optional.ofNullable(command).orElse("").isBlank()) {
            lines.add(
                    new Line(String.valueOf(command).stripTrailing(), when, OptionalLong.empty()));
        }
    }

    private static OptionalLong seconds(String text) {
        return text.matches("[0-9]{1,12}")
                ? OptionalLong.of(Long.parseLong(text) * 1000)
                : OptionalLong.empty();
    }

    private static String plain(String text) {
        var plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                char next = text.charAt(++i);
                switch (next) {
                    case 'n' -> plain.append('\n');
                    case '\\' -> plain.append('\\');
                    default -> plain.append(c).append(next);
                }
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
