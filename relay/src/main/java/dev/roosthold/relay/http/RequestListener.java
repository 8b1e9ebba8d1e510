package dev.roosthold.relay.http;

/// Told about every request that was answered, for counting and for the log. Called on event loops:
/// must neither block nor throw.
@FunctionalInterface
public interface RequestListener {
    RequestListener NONE = _ -> {};

    void answered(Answered request);

    /// A connection or request was refused before anybody looked at what it wants: malformed (400
    /// and others), from a page that may not use the relay (403), one connection too many (429).
    ///
    /// @param address of the client, without its port
    default void turnedAway(int status, String address) {}

    /// Tells both, this one first.
    default RequestListener and(RequestListener other) {
        RequestListener first = this;
        return new RequestListener() {
            @Override
            public void answered(Answered request) {
                first.answered(request);
                other.answered(request);
            }

            @Override
            public void turnedAway(int status, String address) {
                first.turnedAway(status, address);
                other.turnedAway(status, address);
            }
        };
    }

    /// One answered request.
    ///
    /// @param method as received
    /// @param route pattern of the route, `(web)` for the browser UI, `(none)` where there was
    ///     none; never a path that a client chose
    /// @param happyClient what the client calls itself, empty when it does not say; not to be
    ///     trusted
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
