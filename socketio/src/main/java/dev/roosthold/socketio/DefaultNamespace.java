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
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The implementation of [Namespace].
///
/// One lock guards membership. A broadcast holds it for reading while it queues its message for
/// every receiver; a socket enters while it is held for writing, together with its CONNECT answer.
/// So every broadcast is, for every socket, either before its entry or after its CONNECT answer.
final class DefaultNamespace implements Namespace {
    private final DefaultServer server;
    private final String name;
    private final Map<String, EventHandler> handlers = new ConcurrentHashMap<>();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<String, DefaultSocket> sockets = new ConcurrentHashMap<>();
    private final Map<String, Room> rooms = new HashMap<>();

    /// Sockets that are in rooms already but not visible, because their recovery is being decided.
    private final Set<DefaultSocket> recovering = new LinkedHashSet<>();

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
    /// the filter. Takes over the reference.
    ///
    /// @param exceptIds what the filter leaves out by id, for sockets that have no id yet
    int send(
            @Nullable List<String> targets,
            Predicate<DefaultSocket> filter,
            EngineMessage message,
            @Nullable String offset,
            List<String> exceptIds) {
        lock.readLock().lock();
        try {
            if (targets == null) {
                return sendTo(sockets.values(), filter, message, offset, exceptIds)
                        + sendTo(recovering, filter, message, offset, exceptIds);
            }
            if (targets.size() == 1) {
                Room room = rooms.get(targets.getFirst());
                return room == null ? 0 : sendTo(room, filter, message, offset, exceptIds);
            }
            return sendTo(members(targets), filter, message, offset, exceptIds);
        } finally {
            lock.readLock().unlock();
            message.release();
        }
    }

    /// Encodes and sends. When events are recorded, recording and queueing are one step, so that
    /// receivers get events in the order of their offsets.
    int publish(
            @Nullable List<String> targets,
            Predicate<DefaultSocket> filter,
            Supplier<Recovery.Audience> audience,
            String event,
            List<@Nullable Object> args,
            List<String> exceptIds) {
        Recovery recovery = server.config().recovery();
        if (!recovery.records(this)) {
            EngineMessage message = server.encoder().event(name, Packet.NO_ID, event, args);
            return send(targets, filter, message, offsetOf(args), exceptIds);
        }
        lock.writeLock().lock();
        try {
            String offset = recovery.recorded(this, audience.get(), event, args);
            List<@Nullable Object> withOffset = args;
            if (offset != null) {
                withOffset = new ArrayList<>(args);
                withOffset.add(offset);
            }
            EngineMessage message = server.encoder().event(name, Packet.NO_ID, event, withOffset);
            return send(targets, filter, message, offsetOf(withOffset), exceptIds);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Records an event for one socket and sends it.
    void publishTo(DefaultSocket socket, String event, List<@Nullable Object> args) {
        lock.writeLock().lock();
        try {
            Recovery.Audience audience =
                    new Recovery.Audience(socket.id(), null, Set.of(), Set.of());
            String offset = server.config().recovery().recorded(this, audience, event, args);
            List<@Nullable Object> withOffset = new ArrayList<>(args);
            if (offset != null) {
                withOffset.add(offset);
            }
            socket.send(
                    server.encoder().event(name, Packet.NO_ID, event, withOffset),
                    offset,
                    List.of());
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static @Nullable String offsetOf(List<@Nullable Object> args) {
        return !args.isEmpty() && args.getLast() instanceof String offset ? offset : null;
    }

    private static int sendTo(
            Iterable<DefaultSocket> receivers,
            Predicate<DefaultSocket> filter,
            EngineMessage message,
            @Nullable String offset,
            List<String> exceptIds) {
        int count = 0;
        for (DefaultSocket socket : receivers) {
            if (filter.test(socket)) {
                socket.send(message.retain(), offset, exceptIds);
                count++;
            }
        }
        return count;
    }

    private static int sendTo(
            Room room,
            Predicate<DefaultSocket> filter,
            EngineMessage message,
            @Nullable String offset,
            List<String> exceptIds) {
        int count = 0;
        for (int i = 0; i < room.size(); i++) {
            DefaultSocket socket = room.get(i);
            if (filter.test(socket)) {
                socket.send(message.retain(), offset, exceptIds);
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
            Set<DefaultSocket> members = members(List.of(room));
            members.removeAll(recovering);
            return List.copyOf(members);
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
    /// broadcasts. A socket with the same id, which it continues, leaves in the same step and is
    /// ended.
    ///
    /// @param answer runs first
    /// @param entered runs last
    void enter(DefaultSocket socket, Set<String> initialRooms, Runnable answer, Runnable entered) {
        DefaultSocket earlier = null;
        lock.writeLock().lock();
        try {
            earlier = sockets.get(socket.id());
            if (earlier != null) {
                takeOut(earlier);
            }
            answer.run();
            recovering.remove(socket);
            sockets.put(socket.id(), socket);
            joinAll(socket, initialRooms);
            entered.run();
        } finally {
            lock.writeLock().unlock();
            if (earlier != null) {
                earlier.takenOver();
            }
        }
    }

    /// The socket is in its rooms from now on, which hold back what they send to it, but nobody
    /// sees it before it enters.
    void reserve(DefaultSocket socket, Set<String> initialRooms) {
        lock.writeLock().lock();
        try {
            recovering.add(socket);
            joinAll(socket, initialRooms);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void joinAll(DefaultSocket socket, Set<String> joined) {
        for (String room : joined) {
            if (!socket.in(room)) {
                add(socket, room);
            }
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
            return takeOut(socket);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Set<String> takeOut(DefaultSocket socket) {
        recovering.remove(socket);
        sockets.remove(socket.id(), socket);
        Set<String> had = Set.of(socket.roomArray());
        had.forEach(room -> removeFrom(room, socket));
        socket.setRooms(new String[0]);
        return had;
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

    void interrupted(String pid, String socketId, Set<String> had) {
        try {
            server.config().recovery().interrupted(this, pid, socketId, had);
        } catch (RuntimeException failure) {
            server.failed("recovery", failure);
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
        try {
            handler.handle(socket, arguments(data), ack);
        } catch (Exception failure) {
            failed(event, failure);
        }
    }

    /// False when the handler did nothing.
    @SuppressWarnings("CatchingUnchecked") // whatever a handler throws must end with the handler
    boolean handleNow(
            PromptHandler handler, DefaultSocket socket, String event, ArrayNode data, Ack ack) {
        try {
            return handler.handleNow(socket, arguments(data), ack);
        } catch (Exception failure) {
            failed(event, failure);
            return true;
        }
    }

    private void failed(String event, Exception failure) {
        server.failed(handlers.containsKey(event) ? "event " + event : "unknown event", failure);
    }

    private static List<JsonNode> arguments(ArrayNode data) {
        List<JsonNode> args = new ArrayList<>(data.size() - 1);
        for (int i = 1; i < data.size(); i++) {
            args.add(data.get(i));
        }
        return args;
    }
}
