package dev.roosthold.relay.machines;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.UpdateAnswer;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import dev.roosthold.socketio.DisconnectReason;
import java.util.Optional;
import java.util.function.BiFunction;

/// The socket events of machines, and what the coming and going of their sockets means.
public final class MachineEvents implements ConnectionListener {
    private final Machines machines;
    private final Presence<MachineKey> presence;

    public MachineEvents(Machines machines) {
        this.machines = machines;
        this.presence = machines.presence();
    }

    public void register(SocketEvents events) {
        events.on("machine-alive", ErrorForm.SILENT, this::alive);
        events.onAsync(
                "machine-update-metadata", ErrorForm.RESULT_WITH_MESSAGE, this::updateMetadata);
        events.onAsync("machine-update-state", ErrorForm.RESULT_WITH_MESSAGE, this::updateState);
    }

    /// `machine-alive`: only a machine's own socket says that it is alive.
    private Optional<Object> alive(SocketCaller socket, Payload payload) {
        var named = new MachineId(payload.id("machineId"));
        long timeMs = payload.timeMs("time");
        own(socket)
                .filter(key -> key.machine().equals(named))
                .ifPresent(key -> presence.heartbeat(key, socket.connection(), timeMs));
        return Optional.empty();
    }

    /// `machine-update-metadata`: from every socket of the account.
    private void updateMetadata(SocketCaller socket, Payload payload, Reply reply) {
        MachineKey key = key(socket, payload.id("machineId"));
        String metadata = storable(payload.text("metadata"));
        long expected = payload.version("expectedVersion");
        machines.replaceMetadata(
                key,
                metadata,
                expected,
                outcome -> answer(reply, outcome, MachineEvents::metadata),
                reply::fail);
    }

    /// `machine-update-state`: from every socket of the account; makes nothing active.
    private void updateState(SocketCaller socket, Payload payload, Reply reply) {
        MachineKey key = key(socket, payload.id("machineId"));
        String daemonState = storable(payload.text("daemonState"));
        long expected = payload.version("expectedVersion");
        machines.replaceState(
                key,
                daemonState,
                expected,
                outcome -> answer(reply, outcome, MachineEvents::state),
                reply::fail);
    }

    private static void answer(
            Reply reply,
            FieldWrite outcome,
            BiFunction<String, StoredMachine, UpdateAnswer> answer) {
        switch (outcome) {
            case FieldWrite.Saved(var now) -> reply.send(answer.apply(UpdateAnswer.SUCCESS, now));
            case FieldWrite.Mismatch(var now) ->
                    reply.send(answer.apply(UpdateAnswer.VERSION_MISMATCH, now));
            case FieldWrite.Unknown() -> reply.fail(notFound());
        }
    }

    private static String storable(String text) {
        if (!Texts.isWellFormed(text)) {
            throw new InvalidParameters("Invalid parameters");
        }
        return text;
    }

    @Override
    public void connected(SocketCaller socket) {
        own(socket)
                .ifPresent(key -> machines.connected(key, socket.connection(), socket.socketId()));
    }

    @Override
    public void heard(SocketCaller socket) {
        own(socket).ifPresent(key -> presence.heard(key, socket.connection()));
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        own(socket)
                .ifPresent(
                        key ->
                                presence.disconnected(
                                        key, socket.connection(), Presence.End.of(reason)));
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
        return InvalidParameters.notFound("Machine not found");
    }

    private static UpdateAnswer metadata(String result, StoredMachine now) {
        return new UpdateAnswer.OfMetadata(result, now.metadataVersion(), now.metadata());
    }

    private static UpdateAnswer state(String result, StoredMachine now) {
        return new UpdateAnswer.OfState(result, now.daemonStateVersion(), now.daemonState());
    }
}
