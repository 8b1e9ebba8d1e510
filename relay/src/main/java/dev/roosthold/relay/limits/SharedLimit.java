package dev.roosthold.relay.limits;

import java.util.function.Consumer;

/// A limit that can count what happens at several relays. Thread-safe.
public interface SharedLimit {
    /// Sets who is told the key of everything that counts here. Must not block.
    void whenCounted(Consumer<String> listener);

    /// It happened elsewhere, so many times, a moment ago.
    void countedElsewhere(String key, int times);
}
