package dev.roosthold.client.changes;

import java.nio.file.Path;
import java.util.OptionalLong;

/// Where a client is in the updates of an account, and the choice how durable that is.
///
/// Called by one thread at a time, after each delivered update, so it must be quick. A program that
/// keeps state made of updates keeps the cursor in the same place and writes both in one step:
/// then each update counts once even across a crash. With [#inFile] a crash repeats the updates
/// since the last [#settled]; with [#inMemory] a new start reads all state anew.
public interface Cursor {

    /// The number of the last update that was delivered; empty before the first start.
    OptionalLong position();

    /// All updates up to this one were delivered. Smaller than the present one only after a gap.
    void moveTo(long seq);

    /// Nothing more is waiting: a good moment to write.
    default void settled() {}

    /// Lives as long as the object.
    static Cursor inMemory() {
        return new MemoryCursor(OptionalLong.empty());
    }

    /// Lives as long as the object; starts behind this number.
    static Cursor inMemory(long seq) {
        return new MemoryCursor(OptionalLong.of(seq));
    }

    /// Kept in a file of its own, which is written at each [#settled]. Its directory must exist.
    ///
    /// @throws java.io.UncheckedIOException when the file is there and cannot be read
    static Cursor inFile(Path file) {
        return new FileCursor(file);
    }
}
