package dev.roosthold.history;

import java.nio.file.Path;
import java.util.Map;

/// Where the files of the history are.
///
/// @param keys the file of keys
/// @param database the history of all devices
/// @param spool the directory into which shells write
/// @param patterns regular expressions, one per line, of commands that stay here
public record HistoryPlaces(Path keys, Path database, Path spool, Path patterns) {

    /// Below a person's home directory.
    public static HistoryPlaces below(Path home) {
        Path config = home.resolve(".config/cmdai");
        Path share = home.resolve(".local/share/cmdai");
        return new HistoryPlaces(
                config.resolve("keys.json"),
                share.resolve("history.db"),
                share.resolve("spool"),
                config.resolve("exclude-patterns"));
    }

    /// Of the person whose environment this is.
    public static HistoryPlaces of(Map<String, String> environment) {
        return below(home(environment));
    }

    /// `HOME`, and only when it is unset or empty what the JVM takes for the home directory.
    public static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home);
    }
}
