package dev.roosthold.cli;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.store.Query;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which commands of the history are meant.
final class HistoryFilter {
    private static final Pattern SPAN = Pattern.compile("([1-9][0-9]{0,5})([mhdw])");

    @Option(
            names = "--machine",
            paramLabel = "NAME",
            description = "Run on this computer: host name, or name or id of a device.")
    private @Nullable String machine;

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            description = "Run in this directory or below it.")
    private @Nullable Path directory;

    @Option(names = "--exit", paramLabel = "CODE", description = "Ended with this code.")
    private @Nullable Integer exit;

    @Option(names = "--failed", description = "Ended with another code than 0.")
    private boolean failed;

    @Option(names = "--author", paramLabel = "NAME", description = "Run by this person or agent.")
    private @Nullable String author;

    @Option(names = "--by", paramLabel = "WHO", description = "Run by a person, or by an agent.")
    private @Nullable AuthorKind by;

    @Option(
            names = "--in-session",
            paramLabel = "ID",
            description = "Run in this session of a shell or of an agent.")
    private @Nullable String session;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Not before: 90m, 24h, 7d, 2w, or a date as in 2026-11-26 or 2026-11-26T08:00.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Before: as of --since.")
    private @Nullable String until;

    @Option(
            names = "--fuzzy",
            description = "The letters of each word need only come in this order.")
    private boolean fuzzy;

    @Option(
            names = {"-n", "--limit"},
            defaultValue = "50",
            paramLabel = "N",
            description = "At most so many (default: 50).")
    private int limit;

    Query query(List<String> words, boolean distinct) {
        return new Query(
                words.stream()
                        .flatMap(word -> List.of(word.strip().split("\\s+")).stream())
                        .toList(),
                fuzzy,
                Optional.ofNullable(machine),
                Optional.ofNullable(directory)
                        .map(path -> path.toAbsolutePath().normalize().toString()),
                exit == null ? OptionalInt.empty() : OptionalInt.of(exit),
                failed,
                Optional.ofNullable(author),
                Optional.ofNullable(by),
                Optional.ofNullable(session),
                time("--since", since),
                time("--until", until),
                Optional.empty(),
                distinct,
                limit);
    }

    private static OptionalLong time(String option, @Nullable String text) {
        if (text == null) {
            return OptionalLong.empty();
        }
        Matcher span = SPAN.matcher(text);
        if (span.matches()) {
            long minutes =
                    switch (span.group(2)) {
                        case "m" -> 1;
                        case "h" -> 60;
                        case "d" -> 24 * 60;
                        default -> 7 * 24 * 60;
                    };
            return OptionalLong.of(
                    System.currentTimeMillis() - Long.parseLong(span.group(1)) * minutes * 60_000);
        }
        try {
            Instant instant;
            if (text.endsWith("Z")) {
                instant = Instant.parse(text);
            } else if (text.contains("T")) {
                instant = LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
            } else {
                instant = LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
            }
            return OptionalLong.of(instant.toEpochMilli());
        } catch (DateTimeParseException _) {
            throw new CommandFailure(
                    option + ": this is no time",
                    "A time is 90m, 24h, 7d, 2w, or a date as in 2026-11-26.",
                    SyncStatus.USAGE);
        }
    }
}
