package dev.roosthold.jazz.transport;

import java.io.IOException;

/// The relay answered the request for a WebSocket with a status of its own.
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    public RefusedException(int status) {
        super("the relay answered with status " + status);
        this.status = status;
    }

    /// The HTTP status: 401 and 403 say that the token is wrong.
    public int status() {
        return status;
    }

    /// Whether trying again with the same address is useless.
    public boolean isFinal() {
        return status == 401 || status == 403;
    }
}
