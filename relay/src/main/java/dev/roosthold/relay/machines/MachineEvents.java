package dev.roosthold.relay.machines;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.UpdateAnswer;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import dev.roosthold.socketio.DisconnectReason;
import java.util.Optional;

/// The socket events of machines, and what the coming and going of their sockets means.
public final class MachineEvents implements ConnectionListener {
    private final Machines machines;
    private final Presence presence;

    public MachineEvents(Machines machines) {
        this.machines = machines;
        this.presence = machines.presence();
    }

    public void register(SocketEvents events) {
        events.on("machine-alive", ErrorForm.SILENT, this::alive);
        events.on("machine-update-metadata", ErrorForm.RESULT_WITH_MESSAGE, this::updateMetadata);
        events.on("machine-update-state", ErrorForm.RESULT_WITH_MESSAGE, this::updateState);
    }

    /// `machine-alive`: only a machine's own socket says that it is alive.
    private Optional<Object> alive(SocketCaller socket, Payload payload) {
        var named = new MachineId(payload.id("machineId"));
        long timeMs = payload.timeMs("time");
        own(socket)
                .filter(key -> key.machine().equals(named))
                .ifPresent(key -> presence.heartbeat(key, socket.socketId(), timeMs));
        return Optional.empty();
    }

    /// `machine-update-metadata`: from every socket of the account.
    private Optional<Object> updateMetadata(SocketCaller socket, Payload payload) {
        String id = payload.id("machineId");
        String metadata = payload.text("metadata");
        long expected = payload.version("expectedVersion");
        return Optional.of(
                switch (machines.replaceMetadata(key(socket, id), metadata, expected)) {
                    case FieldWrite.Saved(var now) -> metadata(UpdateAnswer.SUCCESS, now);
                    case FieldWrite.Mismatch(var now) ->
                            metadata(UpdateAnswer.VERSION_MISMATCH, now);
                    case FieldWrite.Unknown() -> throw notFound();
                });
    }

    /// `machine-update-state`: from every socket of the account; makes nothing active.
    private Optional<Object> updateState(SocketCaller socket, Payload payload) {
        String id = payload.id("machineId");
        String daemonState = payload.text("daemonState");
        long expected = payload.version("expectedVersion");
        return Optional.of(
                switch (machines.replaceState(key(socket, id), daemonState, expected)) {
                    case FieldWrite.Saved(var now) -> state(UpdateAnswer.SUCCESS, now);
                    case FieldWrite.Mismatch(var now) -> state(UpdateAnswer.VERSION_MISMATCH, now);
                    case FieldWrite.Unknown() -> throw notFound();
                });
    }

    @Override
    public void connected(SocketCaller socket) {
        own(socket).ifPresent(key -> machines.connected(key, socket.socketId()));
    }

    @Override
    public void heard(SocketCaller socket) {
        own(socket).ifPresent(key -> presence.heard(key, socket.socketId()));
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        own(socket).ifPresent(key -> presence.disconnected(key, socket.socketId(), end(reason)));
    }

    private static Presence.End end(DisconnectReason reason) {
        return switch (reason) {
            case CLIENT_DISCONNECT -> Presence.End.PLANNED;
            case PING_TIMEOUT -> Presence.End.SILENT;
            case SERVER_DISCONNECT,
                    TRANSPORT_CLOSE,
                    TRANSPORT_ERROR,
                    SLOW_CONSUMER,
                    SERVER_SHUTDOWN ->
                    Presence.End.BROKEN;
        };
    }

    /// The machine whose daemon this socket is, if it is one.
    private static Optional<MachineKey> own(SocketCaller socket) {
        return switch (socket.scope()) {
            case ClientScope.Machine(var machine) ->
                    Optional.of(new MachineKey(socket.account(), machine));
            case ClientScope.User(), ClientScope.Session _ -> Optional.empty();
        };
    }

    /// A machine credential reaches its own machine; others look absent to it.
    private static MachineKey key(SocketCaller socket, String id) {
        var machine = new MachineId(id);
        if (socket.caller().scope() instanceof Scope.Machine(var own) && !own.equals(machine)) {
            throw notFound();
        }
        return new MachineKey(socket.account(), machine);
    }

    private static InvalidParameters notFound() {
        return new InvalidParameters("Machine not found");
    }

    private static UpdateAnswer metadata(String result, StoredMachine now) {
        return new UpdateAnswer.OfMetadata(result, now.metadataVersion(), now.metadata());
    }

    private static UpdateAnswer state(String result, StoredMachine now) {
        return new UpdateAnswer.OfState(result, now.daemonStateVersion(), now.daemonState());
    }
}
