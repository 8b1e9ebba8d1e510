package dev.roosthold.sync.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Section 4: lines are the same however the bytes are cut.
final class LineSplitterProperties {
    private static final int LONGEST = 8;

    @Property(tries = 500)
    void linesDoNotDependOnHowTheBytesArrive(
            @ForAll @Size(max = 40) List<@IntRange(max = 4) Integer> pieces,
            @ForAll @IntRange(min = 1, max = 7) int cut)
            throws InterruptedException {
        var text = new StringBuilder();
        for (int piece : pieces) {
            text.append(new String[] {"\n", "\r", "abc", "x", "\r\n"}[piece]);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        var found = new ArrayList<String>();
        var splitter = new LineSplitter(LONGEST, 1000, new Collector(found));
        for (int at = 0; at < bytes.length; at += cut) {
            splitter.take(ByteBuffer.wrap(bytes, at, Math.min(cut, bytes.length - at)));
        }
        assertThat(found).isEqualTo(expected(text.toString()));
    }

    private static List<String> expected(String text) {
        var lines = new ArrayList<String>();
        String rest = text;
        while (true) {
            int end = rest.indexOf('\n');
            String line = end < 0 ? rest : rest.substring(0, end);
            boolean fits =
                    line.length() <= LONGEST
                            || (line.length() == LONGEST + 1 && line.endsWith("\r"));
            if (!fits) {
                lines.add("TOO LONG");
            }
            if (end < 0) {
                return lines;
            }
            String plain = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (fits && !plain.isEmpty()) {
                lines.add(plain);
            }
            rest = rest.substring(end + 1);
        }
    }

    private record Collector(List<String> found) implements LineSplitter.Sink {
        @Override
        public void line(byte[] line) {
            found.add(new String(line, StandardCharsets.UTF_8));
        }

        @Override
        public void tooLong() {
            found.add("TOO LONG");
        }

        @Override
        public void endless() {
            found.add("ENDLESS");
        }
    }
}
