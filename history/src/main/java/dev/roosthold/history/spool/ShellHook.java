package dev.roosthold.history.spool;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/// What a shell reads at its start so that it tells of its commands. It starts no Java; see the
/// files `hook.*` for what it does.
public enum ShellHook {
    BASH,
    ZSH,
    FISH;

    /// The script of this shell.
    ///
    /// @param spool the directory of the spool
    public String script(Path spool) {
        String name = "hook." + name().toLowerCase(Locale.ROOT);
        try (InputStream in = ShellHook.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@SPOOL@", quoted(spool.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String quoted(String text) {
        return this == FISH
                ? "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
                : "'" + text.replace("'", "'\\''") + "'";
    }
}
