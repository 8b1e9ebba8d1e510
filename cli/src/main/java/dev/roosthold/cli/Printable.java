package dev.roosthold.cli;

import java.util.regex.Pattern;

/// Texts from elsewhere on this terminal. A terminal obeys control characters, and whoever wrote
/// the text could make it show something that is not so.
final class Printable {
    /// Controls, the marks that turn the direction of writing, and lone surrogates.
    private static final Pattern UNSAFE =
            Pattern.compile(
                    "[\\p{Cc}\\p{Cs}\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069&&[^\\n\\t]]");

    private static final Pattern LINE_BREAKS = Pattern.compile("[\\n\\t]+");

    private Printable() {}

    /// Keeps line breaks and tabs.
    static String text(String text) {
        return UNSAFE.matcher(text.replace("\r\n", "\n")).replaceAll("\ufffd");
    }

    /// On one line.
    static String line(String text) {
        return LINE_BREAKS.matcher(text(text)).replaceAll(" ").strip();
    }

    /// On one line, at most this many characters.
    static String line(String text, int most) {
        String line = line(text);
        int length = line.codePointCount(0, line.length());
        return length <= most
                ? line
                : line.substring(0, line.offsetByCodePoints(0, Math.max(0, most - 1))) + "…";
    }
}
