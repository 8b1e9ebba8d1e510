package dev.roosthold.sync.store;

import java.util.List;

/// What was taken.
///
/// @param rows what is to be sent, in order; entries that changed nothing have none
public record Pushed(List<QueueRow> rows, long committedNanos) {
    public Pushed {
        rows = List.copyOf(rows);
    }
}
