package dev.roosthold.history.spool;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import dev.roosthold.history.entry.RawText;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;

/// One line of a spool file:
/// `{"v":1,"n":7,"start":ms,"duration":ms,"exit":0,"shell":"bash","session":"...","host":"...",
/// "author":"...","cwd":"...","command":"..."}`, and from the machine daemon also `authorKind` and
/// `prompt`. `session` and `n` make every line unlike any other.
final class SpoolLine {
    private static final long MAX_DURATION_MS = 366L * 24 * 3600 * 1000;

    private SpoolLine() {}

    /// The entry of a line. Its id follows from the line alone, so that a line that is read twice
    /// is one entry.
    ///
    /// @param bytes without the line break
    /// @return empty when it is no such line
    static Optional<CommandEntry> read(byte[] bytes) {
        Optional<JsonObject> parsed;
        try {
            parsed = JsonObject.from(Codec.mapper().readTree(RawText.decode(bytes)));
        } catch (JacksonException _) {
            return Optional.empty();
        }
        if (parsed.isEmpty()) {
            return Optional.empty();
        }
        JsonObject line = parsed.get();
        Optional<String> command = line.text("command").filter(text -> !text.isBlank());
        OptionalLong start = line.number("start");
        if (command.isEmpty() || start.isEmpty() || start.getAsLong() < 0) {
            return Optional.empty();
        }
        OptionalLong duration = line.number("duration");
        if (duration.isPresent() && Math.abs(duration.getAsLong()) > MAX_DURATION_MS) {
            duration = OptionalLong.empty();
        } else if (duration.isPresent()) {
            // A clock that was set back makes it negative.
            duration = OptionalLong.of(Math.max(0, duration.getAsLong()));
        }
        CommandEntry entry =
                CommandEntry.of(EntryIds.of("spool", bytes), start.getAsLong(), command.get())
                        .withNumber("exitCode", line.number("exit"))
                        .withNumber("durationMs", duration)
                        .withText("cwd", line.text("cwd"))
                        .withText("shell", line.text("shell"))
                        .withText("host", line.text("host"))
                        .withText("session", line.text("session"))
                        .withText("gitRoot", line.text("gitRoot"))
                        .by(
                                line.text("authorKind")
                                        .flatMap(AuthorKind::of)
                                        .orElse(AuthorKind.PERSON),
                                line.text("author"));
        String prompt = line.text("prompt").orElse("");
        return Optional.of(
                prompt.isEmpty()
                        ? entry
                        : entry.with(entry.content().with("prompt", RawText.shown(prompt))));
    }

    /// A line for an entry that this program writes.
    ///
    /// @param n makes it unlike any other of the session
    static byte[] write(CommandEntry entry, long n) {
        JsonObject line =
                JsonObject.empty().with("v", 1).with("n", n).with("start", entry.createdAtMs());
        line = line.withNumber("duration", entry.durationMs());
        line =
                line.withNumber(
                        "exit",
                        entry.exitCode().isPresent()
                                ? OptionalLong.of(entry.exitCode().getAsInt())
                                : OptionalLong.empty());
        line =
                line.withText("shell", entry.shell())
                        .withText("session", entry.session())
                        .withText("host", entry.host())
                        .withText("author", entry.author())
                        .withText("authorKind", entry.authorKind().map(AuthorKind::text))
                        .withText("cwd", entry.cwd())
                        .withText("gitRoot", entry.content().text("gitRoot"));
        if (!entry.prompt().isEmpty()) {
            line = line.with("prompt", entry.prompt());
        }
        return Codec.print(line.with("command", entry.command()).tree());
    }
}
