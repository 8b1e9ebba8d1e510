package dev.roosthold.conformance.simulation;

import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.socketio.Handshake;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/// One simulated connection: what is on its way in both directions, and the relay's end of it.
final class Line implements Socket {
    /// What travels from the relay to the client.
    sealed interface Down {
        /// The answer to CONNECT.
        record Connected(String pid, boolean recovered) implements Down {}

        /// @param update as text
        record Update(String update, String offset) implements Down {}

        record Acknowledged(long id, JsonNode answer) implements Down {}
    }

    /// What travels from the client to the relay; does it when it arrives.
    interface Up extends Runnable {}

    final Deque<Up> up = new ArrayDeque<>();
    final Deque<Down> down = new ArrayDeque<>();
    final String name;
    private final SimulatedSockets sockets;
    private final Set<String> rooms = new HashSet<>();
    private String id;

    /// Held back while it is decided whether the client can continue; null when nothing is.
    private @Nullable List<Held> held;

    /// @param except ids that do not get it; which one this connection has is not known yet
    private record Held(Down.Update update, Set<String> except) {}

    private @Nullable SocketCaller caller;

    /// The client has not lost it.
    boolean clientOpen = true;

    /// The relay has not noticed its end.
    boolean relayOpen = true;

    Line(String name, String id, SimulatedSockets sockets) {
        this.name = name;
        this.id = id;
        this.sockets = sockets;
    }

    /// The relay lets it in: it is in its rooms from now on, and gets nothing yet.
    void admitted(SocketCaller as, Set<String> inRooms) {
        caller = as;
        rooms.addAll(inRooms);
        held = new ArrayList<>();
        sockets.enter(this);
    }

    /// It is decided: what was missed comes first, then what was held back.
    ///
    /// @param missed null when it is a new connection
    void begin(String socketId, String pid, @Nullable List<Down.Update> missed, boolean overlap) {
        id = socketId;
        send(new Down.Connected(pid, missed != null));
        Set<String> replayed = new HashSet<>();
        if (missed != null) {
            missed.forEach(
                    update -> {
                        replayed.add(update.offset());
                        send(update);
                    });
        }
        List<Held> later = held == null ? List.of() : held;
        held = null;
        for (Held one : later) {
            boolean again = replayed.contains(one.update().offset());
            if ((overlap || !again) && !one.except().contains(id)) {
                send(one.update());
            }
        }
    }

    void send(Down packet) {
        if (relayOpen && clientOpen) {
            down.addLast(packet);
        }
    }

    /// The client loses it: what is on its way to the client is gone; what is on its way to the
    /// relay may still arrive.
    void lost() {
        clientOpen = false;
        down.clear();
    }

    /// The relay notices its end.
    void noticed() {
        relayOpen = false;
        up.clear();
        rooms.clear();
        sockets.leave(this);
    }

    boolean isIn(Set<String> any) {
        return any.stream().anyMatch(rooms::contains);
    }

    @Nullable SocketCaller caller() {
        return caller;
    }

    /// What rooms send.
    ///
    /// @param except ids of the connections that do not get it
    void emit(Set<String> except, String event, Object... args) {
        if (!event.equals("update")) {
            return;
        }
        var packet =
                new Down.Update(
                        String.valueOf(((RawValue) args[0]).rawValue()),
                        args.length > 1 ? (String) args[1] : "");
        if (held != null) {
            held.add(new Held(packet, except));
        } else {
            send(packet);
        }
    }

    // ---- what the relay sees

    @Override
    public String id() {
        return id;
    }

    @Override
    public void emit(String event, Object... args) {
        emit(Set.of(), event, args);
    }

    @Override
    public Set<String> rooms() {
        return Set.copyOf(rooms);
    }

    @Override
    public boolean connected() {
        return relayOpen;
    }

    @Override
    public void join(String room) {
        rooms.add(room);
    }

    @Override
    public void leave(String room) {
        rooms.remove(room);
    }

    @Override
    public void closeTransport() {
        // The client gets what was sent before, then notices.
        noticed();
    }

    @Override
    public void disconnect() {
        closeTransport();
    }

    @Override
    public Namespace namespace() {
        return sockets;
    }

    @Override
    public Handshake handshake() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T data(Class<T> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean recovered() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<JsonNode>> emitWithAck(
            Duration timeout, String event, Object... args) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<JsonNode>> emitWithPromptAck(
            Duration timeout, String event, Object... args) {
        throw new UnsupportedOperationException();
    }
}
