package dev.roosthold.relay.accesskeys;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.accesskeys.AccessKeyAnswer;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import java.util.Optional;

/// The socket event `access-key-get`.
public final class AccessKeyEvents {
    private final AccessKeys keys;

    public AccessKeyEvents(AccessKeys keys) {
        this.keys = keys;
    }

    public void register(SocketEvents events) {
        events.on("access-key-get", ErrorForm.OK_WITH_ERROR, this::get);
    }

    /// `access-key-get`.
    private Optional<Object> get(SocketCaller socket, Payload payload) {
        var pair =
                new Pair(
                        new SessionId(id(payload, "sessionId")),
                        new MachineId(id(payload, "machineId")));
        return Optional.of(
                switch (keys.find(socket.caller(), pair)) {
                    case KeyOutcome.Found(var key) -> new AccessKeyAnswer.Acknowledged(true, key);
                    case KeyOutcome.Absent() -> new AccessKeyAnswer.Acknowledged(true, null);
                    case KeyOutcome.Refused _ -> throw AccessKeyRoutes.neverRefused();
                    case KeyOutcome.OutOfReach() ->
                            throw new InvalidParameters(AccessKeyRoutes.OUT_OF_REACH);
                });
    }

    private static String id(Payload payload, String name) {
        return payload.textIfAny(name)
                .filter(text -> !text.isEmpty())
                .orElseThrow(
                        () ->
                                new InvalidParameters(
                                        "Invalid parameters: sessionId and machineId are"
                                                + " required"));
    }
}
