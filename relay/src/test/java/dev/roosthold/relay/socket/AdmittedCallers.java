package dev.roosthold.relay.socket;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.TokenBucket;
import java.net.InetSocketAddress;
import java.util.OptionalLong;

/// Callers as an admission would make them, without a socket.
public final class AdmittedCallers {
    private AdmittedCallers() {}

    public static SocketCaller user(String account, long admittedAt, OptionalLong offset) {
        return new SocketCaller(
                new Caller(new AccountId(account), new DeviceId("device"), new Scope.Account()),
                new ClientScope.User(),
                "",
                new InetSocketAddress(0),
                new TokenBucket(new Rate(1, 1), 0),
                admittedAt,
                offset,
                false);
    }
}
