package dev.roosthold.relay.socket;

import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.TokenBucket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// What the gateway makes of a connection and of an event, for tests without sockets.
public final class SocketAccess {
    private SocketAccess() {}

    public static SocketCaller admit(
            Caller caller, ClientScope scope, long admittedAt, OptionalLong presented, long nowMs) {
        return new SocketCaller(
                caller,
                scope,
                "",
                InetSocketAddress.createUnresolved("simulated", 1),
                new TokenBucket(new Rate(1_000_000, 1_000_000), nowMs),
                admittedAt,
                presented,
                false);
    }

    public static void connectedAs(SocketCaller caller, String socketId) {
        caller.connectedAs(socketId);
    }

    public static Payload payload(JsonNode argument) {
        return Payload.of(List.of(argument));
    }
}
