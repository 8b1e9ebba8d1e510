package dev.roosthold.history.imports;

import dev.roosthold.history.entry.RawText;
import dev.roosthold.history.imports.HistoryImport.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// `.bash_history`: one command per line, or with times a line `#1700000000` before each command,
/// which then may have several lines.
final class BashHistory {
    private static final Pattern TIME = Pattern.compile("#[0-9]{1,12}");

    private BashHistory() {}

    static List<Line> parse(byte[] content) {
        List<Line> lines = new ArrayList<>();
        OptionalLong time = OptionalLong.empty();
        StringBuilder command = new StringBuilder();
        for (String line : RawText.decode(content).split("\n", -1)) {
            if (TIME.matcher(line).matches()) {
                flush(lines, command, time);
                time = OptionalLong.of(Long.parseLong(line.substring(1)) * 1000);
            } else if (time.isPresent()) {
                command.append(command.isEmpty() ? "" : "\n").append(line);
            } else {
                command.append(line);
                flush(lines, command, time);
            }
        }
        flush(lines, command, time);
        return lines;
    }

    private static void flush(List<Line> lines, StringBuilder command, OptionalLong time) {
        String text = command.toString().stripTrailing();
        if (!text.isBlank()) {
            lines.add(new Line(text, time, OptionalLong.empty()));
        }
        command.setLength(0);
    }
}
