package dev.roosthold.cli;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// The lines `option = value` of the settings file (Java properties, UTF-8), each with its number.
final class SettingsFile {
    private static final String ADVICE =
            "Each line is `option = value`, in UTF-8; a line that begins with # is a comment.";

    /// @param line number of the line that it begins on, from 1
    record Entry(String value, int line) {}

    private final Path path;
    private final boolean present;
    private final Map<String, Entry> entries;

    private SettingsFile(Path path, boolean present, Map<String, Entry> entries) {
        this.path = path;
        this.present = present;
        this.entries = entries;
    }

    /// One that does not exist counts as empty, unless somebody asked for it by name.
    static SettingsFile read(Path path, boolean mustExist) {
        if (!Files.exists(path)) {
            if (mustExist) {
                throw new CommandFailure(
                        "there is no settings file " + path,
                        "It was named by --config or ROOST_CONFIG.");
            }
            return new SettingsFile(path, false, Map.of());
        }
        try {
            return new SettingsFile(path, true, parse(path, Files.readAllLines(path)));
        } catch (CharacterCodingException e) {
            throw new CommandFailure("the settings file " + path + " is not UTF-8", ADVICE);
        } catch (IOException e) {
            throw new CommandFailure("cannot read the settings file " + path + ": " + e, ADVICE);
        }
    }

    Path path() {
        return path;
    }

    boolean isPresent() {
        return present;
    }

    Map<String, Entry> entries() {
        return entries;
    }

    Optional<Entry> find(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /// Where an entry stands, for people and editors.
    String place(Entry entry) {
        return path + ":" + entry.line();
    }

    private static Map<String, Entry> parse(Path path, List<String> lines) throws IOException {
        var entries = new LinkedHashMap<String, Entry>();
        for (int i = 0; i < lines.size(); i++) {
            int number = i + 1;
            var text = new StringBuilder(lines.get(i)).append('\n');
            boolean comment = lines.get(i).stripLeading().matches("[#!].*");
            while (!comment && continues(lines.get(i)) && i + 1 < lines.size()) {
                text.append(lines.get(++i)).append('\n');
            }
            var one = new Properties();
            try {
                one.load(new StringReader(text.toString()));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(path + ":" + number + ": " + e.getMessage(), ADVICE);
            }
            for (String key : one.stringPropertyNames()) {
                var entry = new Entry(one.getProperty(key), number);
                Entry earlier = entries.putIfAbsent(key, entry);
                if (earlier != null) {
                    throw new CommandFailure(
                            path
                                    + ":"
                                    + number
                                    + ": "
                                    + key
                                    + " was set in line "
                                    + earlier.line()
                                    + " already",
                            "Remove one of the two lines. Several values of one option stand in"
                                    + " one line, with commas between them.");
                }
            }
        }
        return entries;
    }

    /// An odd number of backslashes at the end takes the next line in.
    private static boolean continues(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 == 1;
    }
}
