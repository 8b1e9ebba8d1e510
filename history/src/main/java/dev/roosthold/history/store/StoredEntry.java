package dev.roosthold.history.store;

import dev.roosthold.history.entry.CommandEntry;
import java.util.Optional;

/// An entry as it is in the database.
///
/// @param note why it stays on this computer, if it does
public record StoredEntry(CommandEntry entry, EntryState state, Optional<String> note) {}
