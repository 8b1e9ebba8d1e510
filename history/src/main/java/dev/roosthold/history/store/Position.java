package dev.roosthold.history.store;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in the list of entries, newest first: after the entry with this time and id.
///
/// @param id empty for the place before all entries of that time
public record Position(long createdAtMs, String id) {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,18})(?:-([0-9a-f-]{36}))?");

    /// As it travels: the time, or the time and the id with a dash between.
    public String text() {
        return id.isEmpty() ? Long.toString(createdAtMs) : createdAtMs + "-" + id;
    }

    /// The other direction of [#text].
    public static Optional<Position> of(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String id = matcher.group(2);
        return Optional.of(new Position(Long.parseLong(matcher.group(1)), id == null ? "" : id));
    }
}
