package dev.roosthold.history.store;

import java.util.Locale;

/// How far an entry has come on its way to the other devices.
public enum EntryState {
    /// Waits for the sync daemon to take it.
    PENDING,
    /// The sync daemon has it on its disk.
    PUSHED,
    /// Came from another device, or came back.
    REMOTE,
    /// Stays here, for the reason that is noted with it.
    LOCAL;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static EntryState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
