package dev.roosthold.cli;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.history.store.StoredEntry;
import dev.roosthold.protocol.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Entries of the history as they are shown.
final class HistoryRows {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());

    private HistoryRows() {}

    static JsonObject json(StoredEntry stored) {
        CommandEntry entry = stored.entry();
        JsonObject json =
                JsonObject.empty()
                        .with("id", entry.id())
                        .with("createdAt", entry.createdAtMs())
                        .with("state", stored.state().name().toLowerCase(Locale.ROOT))
                        .withText("note", stored.note())
                        .withText("deviceId", entry.deviceId());
        for (String member : entry.content().names()) {
            if (!json.has(member)) {
                json = json.with(member, entry.content().value(member).orElseThrow());
            }
        }
        return json;
    }

    /// @param command shown on one line
    static String line(StoredEntry stored, Style style) {
        CommandEntry entry = stored.entry();
        String who =
                entry.authorKind().filter(kind -> kind == AuthorKind.AGENT).isPresent()
                        ? style.cyan(Printable.line(entry.author().orElse("agent"), 12))
                        : Printable.line(entry.author().orElse("-"), 12);
        String code =
                entry.exitCode().isEmpty()
                        ? style.dim("  ?")
                        : entry.exitCode().getAsInt() == 0
                                ? style.green("  0")
                                : style.red("%3d".formatted(entry.exitCode().getAsInt()));
        return style.dim(TIME.format(Instant.ofEpochMilli(entry.createdAtMs())))
                + " "
                + code
                + "  "
                + who
                + style.dim("@" + Printable.line(entry.host().orElse("?"), 20))
                + "  "
                + Printable.line(entry.command(), 2000)
                + (stored.state() == EntryState.LOCAL ? style.dim("  (stays here)") : "");
    }
}
