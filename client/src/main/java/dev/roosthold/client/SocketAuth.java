package dev.roosthold.client;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import java.util.Map;

/// What a socket says about itself when it connects.
public sealed interface SocketAuth {

    BearerToken bearer();

    /// Sees everything of the account.
    record UserScoped(BearerToken bearer) implements SocketAuth {}

    /// Stands for one machine.
    record MachineScoped(BearerToken bearer, MachineId machine) implements SocketAuth {}

    /// Stands for one running session.
    record SessionScoped(BearerToken bearer, SessionId session) implements SocketAuth {}

    /// The handshake's `auth` object.
    default Map<String, String> payload(String clientName) {
        String token = bearer().value();
        return switch (this) {
            case UserScoped _ ->
                    Map.of(
                            "token", token,
                            "clientType", "user-scoped",
                            "happyClient", clientName);
            case MachineScoped(_, MachineId machine) ->
                    Map.of(
                            "token",
                            token,
                            "clientType",
                            "machine-scoped",
                            "machineId",
                            machine.value(),
                            "happyClient",
                            clientName);
            case SessionScoped(_, SessionId session) ->
                    Map.of(
                            "token",
                            token,
                            "clientType",
                            "session-scoped",
                            "sessionId",
                            session.value(),
                            "happyClient",
                            clientName);
        };
    }
}
