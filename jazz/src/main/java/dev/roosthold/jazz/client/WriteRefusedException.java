package dev.roosthold.jazz.client;

import dev.roosthold.jazz.ids.CoId;

/// The relay keeps silent about a write, also on a second connection.
public final class WriteRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WriteRefusedException(CoId value) {
        super("the relay does not confirm what was written to value " + value);
    }
}
