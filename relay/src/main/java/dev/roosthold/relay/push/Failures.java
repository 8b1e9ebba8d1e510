package dev.roosthold.relay.push;

import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/// Reasons of failures in words that give nothing away: messages of exceptions may name addresses,
/// and the address of a receiver is its secret.
final class Failures {
    static final PushResult TIMEOUT = new PushResult.Failed("timeout");

    private Failures() {}

    static PushResult of(Throwable cause) {
        Throwable real =
                cause instanceof CompletionException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        return switch (real) {
            case TimeoutException _, HttpTimeoutException _ -> TIMEOUT;
            case UnknownHostException _ -> new PushResult.Failed("unknown-host");
            case RejectedExecutionException _, Outgoing.TooManyRequests _ ->
                    new PushResult.Failed("busy");
            case SSLException _ -> new PushResult.Failed("tls-failed");
            case Endpoint.NotPublic _ -> new PushResult.Failed("address-not-public");
            default -> new PushResult.Failed("unreachable");
        };
    }

    static PushResult status(int status) {
        return new PushResult.Failed("status-" + status);
    }
}
