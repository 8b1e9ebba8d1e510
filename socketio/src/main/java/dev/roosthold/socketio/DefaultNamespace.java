package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The implementation of [Namespace].
///
/// One lock guards membership. A broadcast holds it for reading while it queues its message for
// every receiver; a
/// socket enters while it is held for writing, together with its CONNECT answer. So every broadcast
// is, for every
/// socket, either before its entry or after its CONNECT answer.
final class DefaultNamespace implements Namespace {
    private final DefaultServer server;
    private final String name;
    private final Map<String, EventHandler> handlers = new ConcurrentHashMap<>();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<String, DefaultSocket> sockets = new ConcurrentHashMap<>();
    private final Map<String, Room> rooms = new HashMap<>();
    private volatile @Nullable ConnectGuard guard;
    private volatile @Nullable Consumer<Socket> connectListener;
    private volatile @Nullable EventHandler unknownHandler;
    private volatile @Nullable DisconnectListener disconnectListener;

    DefaultNamespace(DefaultServer server, String name) {
        this.server = server;
        this.name = name;
    }

    DefaultServer server() {
        return server;
    }

    @Override
    public String name() {
        return name;
    }

    // ---- registration

    @Override
    public Namespace guard(ConnectGuard newGuard) {
        if (guard != null) {
            throw new IllegalStateException("namespace " + name + " has a guard");
        }
        guard = newGuard;
        return this;
    }

    @Override
    public Namespace onConnect(Consumer<Socket> listener) {
        Consumer<Socket> earlier = connectListener;
        connectListener = earlier == null ? listener : earlier.andThen(listener);
        return this;
    }

    @Override
    public Namespace on(String event, EventHandler handler) {
        DefaultSocket.requireOpenName(event);
        if (handlers.putIfAbsent(event, handler) != null) {
            throw new IllegalStateException("event " + event + " has a handler");
        }
        return this;
    }

    @Override
    public Namespace onUnknown(EventHandler handler) {
        unknownHandler = handler;
        return this;
    }

    @Override
    public Namespace onDisconnect(DisconnectListener listener) {
        DisconnectListener earlier = disconnectListener;
        disconnectListener =
                earlier == null
                        ? listener
                        : (socket, reason) -> {
                            earlier.disconnected(socket, reason);
                            listener.disconnected(socket, reason);
                        };
        return this;
    }

    // ---- sending

    @Override
    public Broadcast to(Collection<String> targets) {
        return new DefaultBroadcast(this, List.copyOf(targets), List.of(), List.of(), false);
    }

    @Override
    public Broadcast toAll() {
        return new DefaultBroadcast(this, null, List.of(), List.of(), false);
    }

    /// Queues the message for every socket of the rooms, or of the namespace when null, that passes
    // the filter. Takes
    /// over the reference.
    int send(
            @Nullable List<String> targets,
            java.util.function.Predicate<DefaultSocket> filter,
            EngineMessage message) {
        lock.readLock().lock();
        try {
            if (targets == null) {
                return sendTo(sockets.values(), filter, message);
            }
            if (targets.size() == 1) {
                Room room = rooms.get(targets.getFirst());
                return room == null ? 0 : sendTo(room, filter, message);
            }
            return sendTo(members(targets), filter, message);
        } finally {
            lock.readLock().unlock();
            message.release();
        }
    }

    private static int sendTo(
            Iterable<DefaultSocket> receivers,
            java.util.function.Predicate<DefaultSocket> filter,
            EngineMessage message) {
        int count = 0;
        for (DefaultSocket socket : receivers) {
            if (filter.test(socket)) {
                socket.send(message.retain());
                count++;
            }
        }
        return count;
    }

    private static int sendTo(
            Room room, java.util.function.Predicate<DefaultSocket> filter, EngineMessage message) {
        int count = 0;
        for (int i = 0; i < room.size(); i++) {
            DefaultSocket socket = room.get(i);
            if (filter.test(socket)) {
                socket.send(message.retain());
                count++;
            }
        }
        return count;
    }

    /// Each member of the rooms once. Under the lock.
    private Set<DefaultSocket> members(List<String> targets) {
        Set<DefaultSocket> members = new LinkedHashSet<>();
        for (String target : targets) {
            Room room = rooms.get(target);
            for (int i = 0; room != null && i < room.size(); i++) {
                members.add(room.get(i));
            }
        }
        return members;
    }

    // ---- members

    @Override
    public Collection<Socket> socketsIn(String room) {
        lock.readLock().lock();
        try {
            return List.copyOf(members(List.of(room)));
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Collection<Socket> sockets() {
        return new ArrayList<>(sockets.values());
    }

    @Override
    public Optional<Socket> socket(String id) {
        return Optional.ofNullable(sockets.get(id));
    }

    /// The socket enters: its CONNECT answer is queued and it is in its rooms, in one step for
    // broadcasts.
    ///
    /// @param answer runs first
    void enter(DefaultSocket socket, Set<String> initialRooms, Runnable answer) {
        lock.writeLock().lock();
        try {
            answer.run();
            if (socket.connected()) {
                sockets.put(socket.id(), socket);
                for (String room : initialRooms) {
                    add(socket, room);
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    void join(DefaultSocket socket, String room) {
        lock.writeLock().lock();
        try {
            if (socket.connected() && !socket.in(room)) {
                add(socket, room);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void add(DefaultSocket socket, String room) {
        Room members = rooms.get(room);
        if (members == null) {
            rooms.put(room, new Room(socket));
        } else {
            members.add(socket);
        }
        String[] before = socket.roomArray();
        String[] after = java.util.Arrays.copyOf(before, before.length + 1);
        after[before.length] = room;
        socket.setRooms(after);
    }

    void leave(DefaultSocket socket, String room) {
        lock.writeLock().lock();
        try {
            if (socket.in(room)) {
                removeFrom(room, socket);
                String[] before = socket.roomArray();
                String[] after = new String[before.length - 1];
                int kept = 0;
                for (String mine : before) {
                    if (!mine.equals(room)) {
                        after[kept++] = mine;
                    }
                }
                socket.setRooms(after);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void removeFrom(String room, DefaultSocket socket) {
        Room members = rooms.get(room);
        if (members != null && members.remove(socket)) {
            rooms.remove(room);
        }
    }

    String[] roomsOf(DefaultSocket socket) {
        lock.readLock().lock();
        try {
            return socket.roomArray().clone();
        } finally {
            lock.readLock().unlock();
        }
    }

    /// The socket leaves everything; returns the rooms it was in.
    Set<String> remove(DefaultSocket socket) {
        lock.writeLock().lock();
        try {
            sockets.remove(socket.id(), socket);
            Set<String> had = Set.of(socket.roomArray());
            had.forEach(room -> removeFrom(room, socket));
            socket.setRooms(new String[0]);
            return had;
        } finally {
            lock.writeLock().unlock();
        }
    }

    // ---- callbacks

    CompletionStage<Admission> admit(Handshake handshake) {
        ConnectGuard decides = guard;
        if (decides == null) {
            return CompletableFuture.completedFuture(
                    new Admission.Accept(Optional.empty(), Set.of()));
        }
        try {
            return decides.admit(handshake);
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    @Nullable EventHandler handler(String event) {
        EventHandler handler = handlers.get(event);
        return handler != null ? handler : unknownHandler;
    }

    void notifyConnect(DefaultSocket socket) {
        Consumer<Socket> listener = connectListener;
        if (listener != null) {
            try {
                listener.accept(socket);
            } catch (RuntimeException failure) {
                server.failed("connect listener of " + name, failure);
            }
        }
    }

    void notifyDisconnect(DefaultSocket socket, DisconnectReason reason) {
        DisconnectListener listener = disconnectListener;
        if (listener != null) {
            try {
                listener.disconnected(socket, reason);
            } catch (RuntimeException failure) {
                server.failed("disconnect listener of " + name, failure);
            }
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a handler throws must end with the handler
    void handle(EventHandler handler, DefaultSocket socket, String event, ArrayNode data, Ack ack) {
        List<JsonNode> args = new ArrayList<>(data.size() - 1);
        for (int i = 1; i < data.size(); i++) {
            args.add(data.get(i));
        }
        try {
            handler.handle(socket, args, ack);
        } catch (Exception failure) {
            server.failed(
                    handlers.containsKey(event) ? "event " + event : "unknown event", failure);
        }
    }
}
