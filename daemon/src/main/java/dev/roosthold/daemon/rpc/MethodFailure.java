package dev.roosthold.daemon.rpc;

import java.io.IOException;

/// A method cannot do what it was asked. The message goes to the caller as it is, so it names no
/// path outside the root directories and nothing of this program's inside.
public final class MethodFailure extends IOException {
    private static final long serialVersionUID = 1L;

    public MethodFailure(String message) {
        super(message);
    }
}
