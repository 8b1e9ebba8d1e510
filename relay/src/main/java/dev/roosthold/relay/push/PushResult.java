package dev.roosthold.relay.push;

/// What became of a notification for one receiver.
sealed interface PushResult {

    /// The push service has taken it over.
    record Delivered() implements PushResult {}

    /// The push service does not know the receiver any more.
    record NotRegistered() implements PushResult {}

    /// It was not taken over; the receiver may be good.
    ///
    /// @param reason a short word without ids, addresses or texts
    record Failed(String reason) implements PushResult {}
}
