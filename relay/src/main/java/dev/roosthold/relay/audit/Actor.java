package dev.roosthold.relay.audit;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.limits.ClientAddress;
import java.net.SocketAddress;
import java.util.Optional;

/// Who did something, and from where.
///
/// @param account whose log it belongs to; empty when it concerns the relay as a whole
/// @param device the credential that was used or made; empty for the operator and for strangers
/// @param address of the client; empty for the operator
public record Actor(
        Optional<AccountId> account, Optional<DeviceId> device, Optional<String> address) {

    /// The caller of a route that needs a bearer.
    public static Actor of(Request request) {
        return of(request.requireCaller(), request.remote());
    }

    public static Actor of(Caller caller, SocketAddress remote) {
        return of(caller.account(), caller.device(), ClientAddress.of(remote));
    }

    /// A credential of the account.
    public static Actor of(AccountId account, DeviceId device, String address) {
        return new Actor(Optional.of(account), Optional.of(device), Optional.of(address));
    }

    /// Someone who named the account and could not show a credential.
    public static Actor stranger(AccountId account, String address) {
        return new Actor(Optional.of(account), Optional.empty(), Optional.of(address));
    }

    /// Whoever may use the data directory, or the relay by itself, in an account.
    public static Actor operator(AccountId account) {
        return new Actor(Optional.of(account), Optional.empty(), Optional.empty());
    }

    /// Whoever may use the data directory, or the relay by itself.
    public static Actor operator() {
        return new Actor(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
