package dev.roosthold.jazz.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The relay answered the request for a WebSocket with a status of its own.
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final @Nullable String retryAfter;

    /// @param retryAfter what the header of this name holds, or null
    public RefusedException(int status, @Nullable String retryAfter) {
        super("the relay answered with status " + status);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    /// When to try again as the relay said it: seconds or a date; or null.
    public @Nullable String retryAfter() {
        return retryAfter;
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
