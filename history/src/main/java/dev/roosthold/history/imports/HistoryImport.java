package dev.roosthold.history.imports;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A kind of history that can be taken over.
public enum HistoryImport {
    BASH {
        @Override
        List<Line> lines(byte[] content) {
            return BashHistory.parse(content);
        }
    },
    ZSH {
        @Override
        List<Line> lines(byte[] content) {
            return ZshHistory.parse(content);
        }
    },
    FISH {
        @Override
        List<Line> lines(byte[] content) {
            return FishHistory.parse(content);
        }
    },
    ATUIN {
        @Override
        List<Line> lines(byte[] content) {
            throw new UnsupportedOperationException("a database is no text");
        }
    };

    private static final long MAX_BYTES = 256L << 20;

    /// A command as a shell has kept it.
    ///
    /// @param command with lone surrogates for bytes that are no text
    /// @param startMs empty when the shell kept no times
    record Line(String command, OptionalLong startMs, OptionalLong durationMs) {}

    abstract List<Line> lines(byte[] content);

    /// Where this kind of history usually is.
    ///
    /// @param home of the person
    public Path usualFile(Path home, Map<String, String> environment) {
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        Path share = data.isEmpty() ? home.resolve(".local/share") : Path.of(data);
        return switch (this) {
            case BASH -> home.resolve(".bash_history");
            case ZSH -> {
                String dir = environment.getOrDefault("ZDOTDIR", "");
                yield (dir.isEmpty() ? home : Path.of(dir)).resolve(".zsh_history");
            }
            case FISH -> share.resolve("fish/fish_history");
            case ATUIN -> share.resolve("atuin/history.db");
        };
    }

    /// Reads a history, oldest first.
    ///
    /// @param host of this computer; shells do not keep it
    /// @param user whose history it is
    /// @throws ImportException when the file is of another kind
    public List<CommandEntry> read(Path file, String host, String user) throws IOException {
        if (this == ATUIN) {
            return AtuinDatabase.read(file);
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new ImportException(file + " is larger than 256 MiB");
        }
        long modified = Files.getLastModifiedTime(file).toMillis();
        return entries(lines(Files.readAllBytes(file)), modified, host, user);
    }

    /// Lines without a time get one a second before the next line's, or before the file was last
    /// written. Their ids follow from the text and from how often it was there before.
    private List<CommandEntry> entries(
            List<Line> lines, long modifiedMs, String host, String user) {
        String shell = name().toLowerCase(Locale.ROOT);
        long[] starts = new long[lines.size()];
        long next = modifiedMs;
        for (int i = lines.size() - 1; i >= 0; i--) {
            next = lines.get(i).startMs().orElse(next - 1000);
            starts[i] = Math.max(0, next);
        }
        Map<String, Integer> seen = new HashMap<>();
        List<CommandEntry> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            String key =
                    line.startMs().isPresent()
                            ? line.startMs().getAsLong() + " " + line.command()
                            : line.command();
            int times = seen.merge(key, 1, Integer::sum);
            String id =
                    EntryIds.of(
                            "import-" + shell,
                            host,
                            line.startMs().isPresent()
                                    ? Long.toString(line.startMs().getAsLong())
                                    : "",
                            Integer.toString(times),
                            line.command());
            entries.add(
                    CommandEntry.of(id, starts[i], line.command())
                            .withNumber("durationMs", line.durationMs())
                            .withText("shell", Optional.of(shell))
                            .withText("host", Optional.of(host))
                            .by(AuthorKind.PERSON, Optional.of(user)));
        }
        return List.copyOf(entries);
    }
}
