package dev.roosthold.conformance.cases;

import java.util.Locale;

/// What the cases are about, in the order in which they run.
public enum Group {
    ORDERING,
    ONCE,
    PRESENCE,
    RPC,
    NODES,
    FAULTS,
    ISOLATION,
    CONTRACT,
    EXTRAS,
    /// Last, because there are servers that one of these packets ends.
    MALFORMED;

    /// The name for a command line.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
