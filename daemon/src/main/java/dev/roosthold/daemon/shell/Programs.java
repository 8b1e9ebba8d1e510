package dev.roosthold.daemon.shell;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// Finds installed programs.
public final class Programs {
    private Programs() {}

    /// The program of that name on the search path. Relative places on it (such as `.`) are not
    /// searched: they would be inside the directory that a remote client chose.
    public static Optional<Path> find(String name, String searchPath) {
        for (String place : searchPath.split(Pattern.quote(File.pathSeparator), -1)) {
            try {
                Path file = Path.of(place).resolve(name);
                if (file.isAbsolute() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            } catch (InvalidPathException _) {
                // Not a place.
            }
        }
        return Optional.empty();
    }
}
