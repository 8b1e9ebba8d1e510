package dev.roosthold.client.changes;

import java.util.OptionalLong;

/// Thread-safe.
final class MemoryCursor implements Cursor {
    private volatile OptionalLong position;

    MemoryCursor(OptionalLong position) {
        this.position = position;
    }

    @Override
    public OptionalLong position() {
        return position;
    }

    @Override
    public void moveTo(long seq) {
        position = OptionalLong.of(seq);
    }
}
