package dev.roosthold.relay.http;

/// Told about every request that was answered, for counting. Called on event loops: must neither
/// block nor throw.
@FunctionalInterface
public interface RequestListener {
    RequestListener NONE = _ -> {};

    void answered(Answered request);

    /// Tells both, this one first.
    default RequestListener and(RequestListener other) {
        return request -> {
            answered(request);
            other.answered(request);
        };
    }

    /// One answered request.
    ///
    /// @param method as received
    /// @param route pattern of the route, `(web)` for the browser UI, `(none)` where there was
    // none;
    ///     never a path that a client chose
    /// @param happyClient what the client calls itself, empty when it does not say; not to be
    // trusted
    /// @param nanos from the arrival of the head to the answer
    /// @param address of the client, without its port
    record Answered(
            String method,
            String route,
            int status,
            String happyClient,
            long nanos,
            String address) {}
}
