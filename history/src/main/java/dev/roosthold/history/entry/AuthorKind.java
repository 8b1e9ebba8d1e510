package dev.roosthold.history.entry;

import java.util.Locale;
import java.util.Optional;

/// Who ran a command.
public enum AuthorKind {
    PERSON,
    AGENT;

    /// As it is written in an entry: `person` or `agent`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<AuthorKind> of(String text) {
        for (AuthorKind kind : values()) {
            if (kind.text().equals(text)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
