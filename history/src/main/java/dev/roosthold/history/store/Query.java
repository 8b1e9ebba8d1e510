package dev.roosthold.history.store;

import dev.roosthold.history.entry.AuthorKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What is looked for. Everything that is given must hold.
///
/// @param words parts of the command or of its prompt, in any order; large and small letters of
///     ASCII are the same
/// @param fuzzy whether the letters of each word need only come in this order
/// @param machine host name, name or id of a device
/// @param directory this one and all below it
/// @param failed whether only commands that ended with another code than 0 are wanted
/// @param author name of a person or agent
/// @param sinceMs the earliest, Unix milliseconds
/// @param untilMs before this, Unix milliseconds
/// @param before where the page of before ended, see [Page#next]
/// @param distinct whether a command that was run several times is shown once, as of its last run
/// @param limit 1 to 100,000
public record Query(
        List<String> words,
        boolean fuzzy,
        Optional<String> machine,
        Optional<String> directory,
        OptionalInt exitCode,
        boolean failed,
        Optional<String> author,
        Optional<AuthorKind> authorKind,
        Optional<String> session,
        OptionalLong sinceMs,
        OptionalLong untilMs,
        Optional<Position> before,
        boolean distinct,
        int limit) {

    public static final int MAX_LIMIT = 100_000;

    private static final int MAX_WORDS = 16;

    public Query {
        words = words.stream().filter(word -> !word.isEmpty()).limit(MAX_WORDS).toList();
        limit = Math.clamp(limit, 1, MAX_LIMIT);
    }

    /// The newest entries of all.
    public static Query newest(int limit) {
        return new Query(
                List.of(),
                false,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                false,
                limit);
    }

    /// Splits what a person typed at its blanks.
    public Query withText(String text) {
        return new Query(
                List.of(text.strip().split("\\s+")),
                fuzzy,
                machine,
                directory,
                exitCode,
                failed,
                author,
                authorKind,
                session,
                sinceMs,
                untilMs,
                before,
                distinct,
                limit);
    }

    public Query withBefore(Optional<Position> position) {
        return new Query(
                words,
                fuzzy,
                machine,
                directory,
                exitCode,
                failed,
                author,
                authorKind,
                session,
                sinceMs,
                untilMs,
                position,
                distinct,
                limit);
    }

    public Query withAuthor(Optional<String> name) {
        return new Query(
                words,
                fuzzy,
                machine,
                directory,
                exitCode,
                failed,
                name,
                authorKind,
                session,
                sinceMs,
                untilMs,
                before,
                distinct,
                limit);
    }

    public Query withMachine(Optional<String> name) {
        return new Query(
                words,
                fuzzy,
                name,
                directory,
                exitCode,
                failed,
                author,
                authorKind,
                session,
                sinceMs,
                untilMs,
                before,
                distinct,
                limit);
    }
}
