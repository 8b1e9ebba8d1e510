package dev.roosthold.client;

import dev.roosthold.client.network.ProxyException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Words for people about a connection that failed. Texts of exceptions are not shown as they are:
/// they may carry header values.
final class Failures {
    static final String BROKE = "the connection broke";

    private static final int MAX_CAUSES = 8;

    private Failures() {}

    static String reason(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            String reason = known(cause);
            if (reason != null) {
                return reason;
            }
            cause = cause.getCause();
        }
        return BROKE;
    }

    private static @Nullable String known(Throwable failure) {
        return switch (failure) {
            case ProxyException e -> String.valueOf(e.getMessage());
            case SSLException _ ->
                    "the relay's certificate or its TLS is not accepted here; name the file of"
                            + " its authority in ROOST_CA_FILE if it has one of its own";
            case InterruptedIOException _ -> "no answer in time";
            case UnknownHostException _ -> "the host name is not known";
            case ConnectException _ -> "connection refused";
            default -> null;
        };
    }
}
