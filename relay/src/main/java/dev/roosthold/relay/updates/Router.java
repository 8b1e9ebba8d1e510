package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.machines.MachineGone;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.cluster.Message;
import dev.roosthold.socketio.Broadcast;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Recovery.MissedEvent;
import dev.roosthold.socketio.Socket;
import dev.roosthold.socketio.SocketClosedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/// The only class that sends to sockets and closes them. Thread-safe; what one thread sends arrives
/// in the order of its calls. Nothing here blocks.
///
/// Clients take a text at the end of any event for their place in the update log, see
/// [dev.roosthold.socketio.Recovery]: so only an update may end with one.
public final class Router {
    private static final String EVENT = "event";
    private static final String CLOSE = "close";

    private final Namespace sockets;
    private final @Nullable Channels others;

    public Router(Namespace sockets) {
        this(sockets, null);
    }

    /// @param others tell the sockets of other nodes; null when this relay is alone
    public Router(Namespace sockets, @Nullable Channels others) {
        this.sockets = sockets;
        this.others = others;
        if (others != null) {
            others.on(EVENT, (_, message) -> emitOfOther(message));
            others.on(
                    CLOSE,
                    (_, message) -> closeRooms(message.parts().subList(1, message.parts().size())));
        }
    }

    /// Sends an event to the sockets in the rooms, here and on other nodes.
    private void emit(AccountId account, List<String> rooms, SentEvent event, String json) {
        sockets.to(rooms).emit(event.wire(), new RawValue(json));
        if (others != null) {
            var parts = new ArrayList<String>();
            parts.add(EVENT);
            parts.add(event.wire());
            parts.addAll(rooms);
            others.tell(account, parts, json.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// What [#emit] told.
    private void emitOfOther(Message message) {
        List<String> parts = message.parts();
        sockets.to(parts.subList(2, parts.size())).emit(parts.get(1), new RawValue(message.text()));
    }

    private void closeRooms(List<String> rooms) {
        for (String room : rooms) {
            sockets.socketsIn(room).forEach(Socket::closeTransport);
        }
    }

    /// Closes the transports of the user-scoped sockets here: they have missed something for good
    /// and read their state anew when they come back.
    void closeUsers(AccountId account) {
        closeRooms(List.of(Rooms.users(account)));
    }

    /// Ids of all sockets here.
    public List<String> socketIds() {
        return sockets.sockets().stream().map(Socket::id).toList();
    }

    /// Closes the transports of these sockets, as far as they are here.
    public void closeSockets(Collection<String> ids) {
        ids.forEach(id -> sockets.socket(id).ifPresent(Socket::closeTransport));
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
        toUsers(account, SentEvent.EPHEMERAL, (Object) event);
    }

    /// Tells the sockets of a session, and all user-scoped ones, something that is never stored.
    public void ephemeral(AccountId account, SessionId session, Ephemeral event) {
        emit(
                account,
                rooms(account, new Recipients.Session(session)),
                SentEvent.EPHEMERAL,
                Codec.printText(event));
    }

    /// Sends all user-scoped sockets of the account an event of its own name.
    public void toUsers(AccountId account, SentEvent event, JsonNode body) {
        if (others == null) {
            sockets.to(Rooms.users(account)).emit(event.wire(), body);
        } else {
            toUsers(account, event, (Object) body);
        }
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
        toUsers(account, SentEvent.MACHINE_ROW, (Object) row);
    }

    /// Tells the web pages that a row is gone.
    public void machineGone(AccountId account, MachineGone gone) {
        toUsers(account, SentEvent.MACHINE_GONE, (Object) gone);
    }

    /// Tells the sockets of the machine, and all user-scoped ones, something of its own name that
    /// is not in the log: whoever was away reads the thing itself again.
    public void toMachineAndUsers(
            AccountId account, MachineId machine, SentEvent event, Object body) {
        emit(
                account,
                rooms(account, new Recipients.Machine(machine)),
                event,
                Codec.printText(body));
    }

    /// Tells the sockets of the machine alone.
    public void toMachine(AccountId account, MachineId machine, SentEvent event, Object body) {
        emit(account, List.of(Rooms.machine(account, machine)), event, Codec.printText(body));
    }

    /// Whether a socket that was opened with the credential is connected.
    public boolean isConnected(DeviceId device) {
        return !sockets.socketsIn(Rooms.device(device)).isEmpty();
    }

    /// Closes the transports of all sockets opened with the credential.
    public void closeDevice(DeviceId device) {
        sockets.socketsIn(Rooms.device(device)).forEach(Socket::closeTransport);
    }

    /// Closes the transports of all sockets scoped to the machine.
    public void closeMachine(AccountId account, MachineId machine) {
        String room = Rooms.machine(account, machine);
        closeRooms(List.of(room));
        if (others != null) {
            others.tell(account, List.of(CLOSE, room));
        }
    }

    /// Closes the transport of one socket.
    public void closeSocket(String socketId) {
        sockets.socket(socketId).ifPresent(Socket::closeTransport);
    }

    private void toUsers(AccountId account, SentEvent event, Object body) {
        emit(account, List.of(Rooms.users(account)), event, Codec.printText(body));
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
