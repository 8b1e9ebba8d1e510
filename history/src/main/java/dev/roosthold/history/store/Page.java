package dev.roosthold.history.store;

import java.util.List;
import java.util.Optional;

/// Entries that were found, newest first.
///
/// @param next where the next page begins; empty when this was the last
public record Page(List<StoredEntry> entries, Optional<Position> next) {}
