package dev.roosthold.relay.social;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Positions in a feed as clients see them: `0-<n>`.
final class Cursor {
    private static final Pattern FORM = Pattern.compile("0-([0-9]{1,18})");

    private Cursor() {}

    static String text(long counter) {
        return "0-" + counter;
    }

    /// Empty when the text is no cursor.
    static OptionalLong parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? OptionalLong.of(Long.parseLong(matcher.group(1)))
                : OptionalLong.empty();
    }
}
