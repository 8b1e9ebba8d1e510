package dev.roosthold.sync.entry;

import java.util.Locale;
import java.util.Optional;

/// What an entry is.
public enum EntryType {
    COMMAND,
    PREFERENCE,
    DEVICE;

    /// As it stands on the wire and in the database.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<EntryType> of(String text) {
        for (EntryType type : values()) {
            if (type.text().equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
