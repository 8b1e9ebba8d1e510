package dev.roosthold.daemon.local;

import dev.roosthold.client.files.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `daemon.json` in the home directory: where a running daemon can be reached, mode 0600.
///
/// ```
/// {"format":1, "port":int, "token":text, "pid":int, "process":text, "version":text}
/// ```
///
/// Read without a JSON library: what reads it should answer at once.
final class DaemonFile {
    private static final int FORMAT = 1;
    private static final long MAX_BYTES = 4096;

    /// No value that is written here needs an escape.
    private static final Pattern FIELD =
            Pattern.compile("\"(\\w+)\"\\s*:\\s*(?:\"([^\"\\\\]*)\"|(\\d{1,18}))");

    private final Path file;

    /// What the file says.
    ///
    /// @param process see [ProcessMark]
    record Entry(int port, String token, long pid, String process, String version) {
        /// Whether the process that wrote this still runs.
        boolean isAlive() {
            return ProcessMark.isAlive(pid, process);
        }

        @Override
        public String toString() {
            return "Entry[port=" + port + ", pid=" + pid + "]";
        }
    }

    DaemonFile(Path home) {
        file = home.resolve("daemon.json");
    }

    /// Empty when there is no file, or none that can be understood: then nothing can be reached.
    Optional<Entry> read() throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return decode(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private static Optional<Entry> decode(String text) {
        Map<String, String> fields = new HashMap<>();
        Matcher matcher = FIELD.matcher(text);
        while (matcher.find()) {
            @Nullable String quoted = matcher.group(2);
            fields.put(matcher.group(1), quoted == null ? matcher.group(3) : quoted);
        }
        try {
            if (number(fields, "format") != FORMAT) {
                return Optional.empty();
            }
            return Optional.of(
                    new Entry(
                            Math.toIntExact(number(fields, "port")),
                            fields.getOrDefault("token", ""),
                            number(fields, "pid"),
                            fields.getOrDefault("process", ""),
                            fields.getOrDefault("version", "")));
        } catch (NumberFormatException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, ""));
    }

    void write(Entry entry) throws IOException {
        String text =
                """
                {"format":%d, "port":%d, "token":"%s", "pid":%d, "process":"%s", "version":"%s"}
                """
                        .formatted(
                                FORMAT,
                                entry.port(),
                                entry.token(),
                                entry.pid(),
                                entry.process(),
                                entry.version().replaceAll("[^A-Za-z0-9.+_-]", "_"));
        PrivateFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Deletes the file if it is still the one of this daemon.
    void delete(Entry entry) throws IOException {
        if (read().filter(entry::equals).isPresent()) {
            Files.deleteIfExists(file);
        }
    }
}
