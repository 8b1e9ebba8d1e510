package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.machines.MachineGone;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.socketio.Broadcast;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Recovery.MissedEvent;
import dev.roosthold.socketio.Socket;
import dev.roosthold.socketio.SocketClosedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/// The only class that sends to sockets and closes them. Thread-safe; what one thread sends arrives
/// in the order of its calls. Nothing here blocks.
///
/// Clients take a text at the end of any event for their place in the update log, see
/// [dev.roosthold.socketio.Recovery]: so only an update may end with one.
public final class Router {
    private final Namespace sockets;

    public Router(Namespace sockets) {
        this.sockets = sockets;
    }

    /// Delivers an update that is durable. Its number is the client's offset for recovery.
    void deliver(
            AccountId account,
            Recipients to,
            Optional<String> exceptSocket,
            long seq,
            RawValue update) {
        Broadcast broadcast = sockets.to(rooms(account, to));
        if (exceptSocket.isPresent()) {
            broadcast = broadcast.exceptSocket(exceptSocket.get());
        }
        broadcast.emit(SentEvent.UPDATE.wire(), update, offset(seq));
    }

    /// What a client holds on to and presents when it comes back.
    private static String offset(long seq) {
        return Long.toString(seq);
    }

    /// What [#deliver] sends, for a client that comes back.
    public static MissedEvent replayed(UpdateLog.Entry entry) {
        return new MissedEvent(
                SentEvent.UPDATE.wire(), List.of(entry.update(), offset(entry.seq())));
    }

    /// Gives one socket an update that is not in the log: the state on connect.
    void deliverTo(String socketId, RawValue update) {
        sockets.socket(socketId).ifPresent(socket -> socket.emit(SentEvent.UPDATE.wire(), update));
    }

    /// Tells all user-scoped sockets something that is never stored.
    public void ephemeral(AccountId account, Ephemeral event) {
        emit(account, SentEvent.EPHEMERAL, event);
    }

    /// Tells the sockets of a session, and all user-scoped ones, something that is never stored.
    public void ephemeral(AccountId account, SessionId session, Ephemeral event) {
        sockets.to(rooms(account, new Recipients.Session(session)))
                .emit(SentEvent.EPHEMERAL.wire(), new RawValue(Codec.printText(event)));
    }

    /// Sends all user-scoped sockets of the account an event of its own name.
    public void toUsers(AccountId account, SentEvent event, JsonNode body) {
        sockets.to(Rooms.users(account)).emit(event.wire(), body);
    }

    /// Sends one socket an event; nothing when it is gone.
    public void toSocket(String socketId, SentEvent event, Object body) {
        sockets.socket(socketId).ifPresent(socket -> socket.emit(event.wire(), body));
    }

    /// Sends one socket an event and waits for its acknowledgement. What depends on the result must
    /// not block: it may run on an event loop.
    ///
    /// @return the arguments of the acknowledgement; fails with
    ///     [dev.roosthold.socketio.AckTimeoutException] or, at once when the socket is gone or
    ///     goes, with [dev.roosthold.socketio.SocketClosedException]
    public CompletableFuture<List<JsonNode>> ask(
            String socketId, Duration timeout, SentEvent event, Object body) {
        return sockets.socket(socketId)
                .map(socket -> socket.emitWithPromptAck(timeout, event.wire(), body))
                .orElseGet(
                        () ->
                                CompletableFuture.failedFuture(
                                        new SocketClosedException(event.wire())));
    }

    /// Tells the web pages that a row is new or different.
    public void machineRow(AccountId account, MachineRow row) {
        emit(account, SentEvent.MACHINE_ROW, row);
    }

    /// Tells the web pages that a row is gone.
    public void machineGone(AccountId account, MachineGone gone) {
        emit(account, SentEvent.MACHINE_GONE, gone);
    }

    /// Closes the transports of all sockets opened with the credential.
    public void closeDevice(DeviceId device) {
        sockets.socketsIn(Rooms.device(device)).forEach(Socket::closeTransport);
    }

    /// Closes the transports of all sockets scoped to the machine.
    public void closeMachine(AccountId account, MachineId machine) {
        sockets.socketsIn(Rooms.machine(account, machine)).forEach(Socket::closeTransport);
    }

    /// Closes the transport of one socket.
    public void closeSocket(String socketId) {
        sockets.socket(socketId).ifPresent(Socket::closeTransport);
    }

    private void emit(AccountId account, SentEvent event, Object body) {
        sockets.to(Rooms.users(account)).emit(event.wire(), new RawValue(Codec.printText(body)));
    }

    private static List<String> rooms(AccountId account, Recipients to) {
        String users = Rooms.users(account);
        return switch (to) {
            case Recipients.Users() -> List.of(users);
            case Recipients.Machine(var machine) -> List.of(users, Rooms.machine(account, machine));
            case Recipients.Session(var session) -> List.of(users, Rooms.session(account, session));
        };
    }
}
