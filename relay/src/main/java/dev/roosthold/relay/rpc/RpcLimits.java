package dev.roosthold.relay.rpc;

import java.time.Duration;

/// How long calls may take and how many there may be.
///
/// @param answerWithin from the arrival of a call to its answer; default 28 s, a little less than
///     clients wait
/// @param grace how much of it a call waits for a registration; default 15 s
/// @param recently how long ago a machine or session may have been connected for a call to wait for
///     it at all; default 1 minute
/// @param registrations names of one socket; default 1,000
/// @param pendingOfSocket unanswered calls of one socket; default 100
/// @param pendingOfAccount unanswered calls of one account, also those of sockets that have gone
///     since; default 1,000
public record RpcLimits(
        Duration answerWithin,
        Duration grace,
        Duration recently,
        int registrations,
        int pendingOfSocket,
        int pendingOfAccount) {
    public static final RpcLimits USUAL =
            new RpcLimits(
                    Duration.ofSeconds(28),
                    Duration.ofSeconds(15),
                    Duration.ofMinutes(1),
                    1_000,
                    100,
                    1_000);

    public RpcLimits withAnswerWithin(Duration value) {
        return new RpcLimits(
                value, grace, recently, registrations, pendingOfSocket, pendingOfAccount);
    }
}
