package dev.roosthold.cli;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Questions to the person at the terminal. They go to standard error, so that standard output
/// stays what a script reads.
final class Ask {
    private static final int MAX_LINE = 8 << 10;

    private Ask() {}

    /// Whether a person sees what is printed and can answer.
    static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /// Only `y` and `yes` are yes; the end of the input is no.
    static boolean yes(String question) {
        String answer = line(question + " [y/N] ").orElse("").strip().toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
    }

    /// One line of standard input; empty at its end.
    static Optional<String> line(String question) {
        System.err.print(question);
        System.err.flush();
        try {
            // Byte by byte: what follows the line belongs to the next question.
            var line = new ByteArrayOutputStream();
            int b = System.in.read();
            if (b < 0) {
                return Optional.empty();
            }
            for (; b >= 0 && b != '\n' && line.size() < MAX_LINE; b = System.in.read()) {
                line.write(b);
            }
            return Optional.of(line.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// A secret: typed without being shown at a terminal, all of standard input otherwise.
    static String secret(String question) {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            char[] typed = console.readPassword("%s", question);
            if (typed == null) {
                return "";
            }
            String text = new String(typed);
            Arrays.fill(typed, ' ');
            return text;
        }
        try {
            return new String(System.in.readNBytes(MAX_LINE), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailure("standard input cannot be read", "");
        }
    }
}
