package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.CloseReason;
import dev.roosthold.socketio.engine.EngineMessage;
import dev.roosthold.socketio.engine.EngineSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The implementation of [Socket]; its own mailbox, to be small when idle.
final class DefaultSocket extends Mailbox implements Socket {
    private static final String[] NO_ROOMS = {};

    /// Bytes of a replay sent before looking whether the client still takes them.
    private static final int REPLAY_PIECE = 64 << 10;

    /// An event that waits for the client's answer.
    ///
    /// @param promptly whether the answer is completed where it arrives, without the executor
    private record PendingAck(
            String event,
            CompletableFuture<List<JsonNode>> answer,
            boolean promptly,
            Future<?> timeout) {}

    private final DefaultNamespace namespace;
    private final Connection connection;
    private final Handshake handshake;
    private final Object data;

    // Set before the socket becomes visible.
    private String id = "";
    private @Nullable String pid;
    private boolean recovered;

    private volatile @Nullable Replay replay;

    // Guarded by the lock of the namespace.
    private String[] rooms = NO_ROOMS;

    // Guarded by this.
    private @Nullable Map<Long, PendingAck> pendingAcks;
    private long nextAckId;

    /// Whether listeners were told of the end: no event may follow. In the mailbox only.
    private boolean gone;

    private volatile boolean connected = true;
    private volatile DisconnectReason reason = DisconnectReason.TRANSPORT_CLOSE;

    DefaultSocket(
            DefaultNamespace namespace, Connection connection, Handshake handshake, Object data) {
        this.namespace = namespace;
        this.connection = connection;
        this.handshake = handshake;
        this.data = data;
    }

    /// Must be called before the socket enters its namespace.
    void identify(String newId, @Nullable String newPid, boolean isRecovered) {
        id = newId;
        pid = newPid;
        recovered = isRecovered;
    }

    /// From now on messages are held back, until [#replay] has sent all.
    Replay holdBack() {
        Replay holding = new Replay(namespace);
        replay = holding;
        return holding;
    }

    @Nullable String pid() {
        return pid;
    }

    /// What comes before everything that was held back.
    void missed(Recovery.@Nullable Continuation continuation) {
        Replay holding = replay;
        if (holding != null && continuation != null) {
            holding.continueFrom(continuation);
        }
    }

    /// Sends what was missed and what was held back, in pieces. Event loop of the connection.
    void replay() {
        Replay source = replay;
        if (source == null) {
            return;
        }
        int sent = 0;
        while (sent < REPLAY_PIECE && connected) {
            EngineMessage message;
            try {
                message = source.next();
            } catch (RuntimeException failure) {
                namespace.server().failed("replay of missed events", failure);
                session().abort(CloseReason.TRANSPORT_ERROR);
                return;
            }
            if (message == null) {
                replay = null;
                return;
            }
            sent += message.size();
            session().send(message);
        }
        session().whenWritable(this::replay);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public DefaultNamespace namespace() {
        return namespace;
    }

    @Override
    public Handshake handshake() {
        return handshake;
    }

    @Override
    public <T> T data(Class<T> type) {
        return type.cast(data);
    }

    @Override
    public boolean recovered() {
        return recovered;
    }

    @Override
    public boolean connected() {
        return connected;
    }

    // ---- sending

    @Override
    public void emit(String event, Object... args) {
        requireOpenName(event);
        if (!connected) {
            return;
        }
        if (namespace.server().config().recovery().records(namespace)) {
            namespace.publishTo(this, event, Arrays.asList(args));
        } else {
            send(encoder().event(namespace.name(), Packet.NO_ID, event, Arrays.asList(args)));
        }
    }

    @Override
    public CompletableFuture<List<JsonNode>> emitWithAck(
            Duration timeout, String event, Object... args) {
        return emitWithAck(false, timeout, event, args);
    }

    @Override
    public CompletableFuture<List<JsonNode>> emitWithPromptAck(
            Duration timeout, String event, Object... args) {
        return emitWithAck(true, timeout, event, args);
    }

    private CompletableFuture<List<JsonNode>> emitWithAck(
            boolean promptly, Duration timeout, String event, Object... args) {
        requireOpenName(event);
        CompletableFuture<List<JsonNode>> answer = new CompletableFuture<>();
        long ackId;
        synchronized (this) {
            if (!connected) {
                return CompletableFuture.failedFuture(new SocketClosedException(event));
            }
            ackId = nextAckId++;
            Map<Long, PendingAck> waiting = pendingAcks;
            if (waiting == null) {
                waiting = new HashMap<>();
                pendingAcks = waiting;
            }
            Future<?> timer = session().schedule(() -> timedOut(ackId), timeout);
            waiting.put(ackId, new PendingAck(event, answer, promptly, timer));
        }
        EngineMessage message;
        try {
            message = encoder().event(namespace.name(), ackId, event, Arrays.asList(args));
        } catch (RuntimeException unwritable) {
            PendingAck entry = removeAck(ackId);
            if (entry != null) {
                entry.timeout().cancel(false);
            }
            throw unwritable;
        }
        send(message);
        return answer;
    }

    static void requireOpenName(String event) {
        if (PacketDecoder.isReserved(event)) {
            throw new IllegalArgumentException("reserved event name: " + event);
        }
    }

    private PacketEncoder encoder() {
        return namespace.server().encoder();
    }

    private EngineSession session() {
        return connection.session();
    }

    /// Queues an encoded message and takes over its reference.
    void send(EngineMessage message) {
        send(message, null, List.of());
    }

    /// @param exceptIds ids that this socket may turn out to have and the message is not for
    void send(EngineMessage message, @Nullable String offset, List<String> exceptIds) {
        Replay holding = replay;
        if (holding == null || !holding.hold(message, offset, exceptIds)) {
            session().send(message);
        } else if (holding.holdsMoreThan(namespace.server().config().outboundBudget())) {
            session().abortSoon(CloseReason.SLOW_CONSUMER);
        }
    }

    boolean congested() {
        return session().congested();
    }

    // ---- rooms

    @Override
    public void join(String room) {
        namespace.join(this, room);
    }

    @Override
    public void leave(String room) {
        namespace.leave(this, room);
    }

    @Override
    public Set<String> rooms() {
        return Set.of(namespace.roomsOf(this));
    }

    String[] roomArray() {
        return rooms;
    }

    void setRooms(String[] changed) {
        rooms = changed;
    }

    boolean in(String room) {
        for (String mine : rooms) {
            if (mine.equals(room)) {
                return true;
            }
        }
        return false;
    }

    // ---- ending

    @Override
    public void disconnect() {
        if (connected) {
            // Before the packet: its receiver closes the transport, which must not count as the
            // end.
            connection.left(this, DisconnectReason.SERVER_DISCONNECT);
            // Past a replay that may still be going on: what it has left is void now.
            session().send(encoder().disconnect(namespace.name()));
        }
    }

    @Override
    public void closeTransport() {
        connection.close();
    }

    /// The client goes on in another connection; this one has left the namespace already. Any
    /// thread.
    void takenOver() {
        end(DisconnectReason.TRANSPORT_CLOSE, false);
        connection.abandon();
    }

    /// The socket ends; only the first call counts. Any thread.
    void end(DisconnectReason why, boolean mayComeBack) {
        synchronized (this) {
            if (!connected) {
                return;
            }
            connected = false;
            reason = why;
        }
        Set<String> had = namespace.remove(this);
        failAcks();
        discardReplay();
        String secret = pid;
        if (mayComeBack && secret != null) {
            namespace.interrupted(secret, id, had);
        }
        post(
                () -> {
                    gone = true;
                    namespace.notifyDisconnect(this, reason);
                });
    }

    void discardReplay() {
        Replay holding = replay;
        if (holding != null) {
            holding.discard();
        }
    }

    // ---- receiving; event loop of the connection

    void received(Packet packet) {
        ArrayNode args = (ArrayNode) java.util.Objects.requireNonNull(packet.data());
        switch (packet.type()) {
            case EVENT, BINARY_EVENT -> {
                String event = args.get(0).stringValue();
                EventHandler handler = namespace.handler(event);
                if (handler != null) {
                    Ack ack = new DefaultAck(this, packet.id());
                    Runnable inTurn =
                            () -> {
                                if (!gone) {
                                    namespace.handle(handler, this, event, args, ack);
                                }
                            };
                    if (handler instanceof PromptHandler prompt) {
                        runNow(
                                () -> gone || namespace.handleNow(prompt, this, event, args, ack),
                                inTurn);
                    } else {
                        post(inTurn);
                    }
                }
            }
            case ACK, BINARY_ACK -> {
                PendingAck pending = removeAck(packet.id());
                if (pending != null) {
                    pending.timeout().cancel(false);
                    List<JsonNode> values = List.copyOf(args.values());
                    complete(pending, () -> pending.answer().complete(values));
                }
            }
            default -> throw new IllegalStateException("not for a socket: " + packet.type());
        }
    }

    private synchronized @Nullable PendingAck removeAck(long ackId) {
        Map<Long, PendingAck> waiting = pendingAcks;
        if (waiting == null) {
            return null;
        }
        PendingAck pending = waiting.remove(ackId);
        if (waiting.isEmpty()) {
            pendingAcks = null;
        }
        return pending;
    }

    private void timedOut(long ackId) {
        PendingAck pending = removeAck(ackId);
        if (pending != null) {
            complete(
                    pending,
                    () ->
                            pending.answer()
                                    .completeExceptionally(
                                            new AckTimeoutException(pending.event())));
        }
    }

    private void failAcks() {
        List<PendingAck> pending;
        synchronized (this) {
            Map<Long, PendingAck> waiting = pendingAcks;
            pending = waiting == null ? List.of() : new ArrayList<>(waiting.values());
            pendingAcks = null;
        }
        for (PendingAck ack : pending) {
            ack.timeout().cancel(false);
            complete(
                    ack,
                    () ->
                            ack.answer()
                                    .completeExceptionally(new SocketClosedException(ack.event())));
        }
    }

    /// Not in the mailbox: a handler may be waiting for this very answer.
    private void complete(PendingAck ack, Runnable completion) {
        if (ack.promptly()) {
            completion.run();
            return;
        }
        try {
            executor().execute(completion);
        } catch (RejectedExecutionException stopped) {
            completion.run();
        }
    }

    // ---- mailbox

    @Override
    Executor executor() {
        return namespace.server().config().handlerExecutor();
    }

    @Override
    int limit() {
        return namespace.server().config().maxPendingEvents();
    }

    @Override
    void full() {
        session().pause();
    }

    @Override
    void drained() {
        session().resume();
    }

    @Override
    void rejected(RejectedExecutionException failure) {
        namespace.server().failed("handler executor", failure);
    }

    /// The answer to one event.
    private static final class DefaultAck implements Ack {
        private final DefaultSocket socket;
        private final long ackId;
        private final AtomicBoolean sent = new AtomicBoolean();

        DefaultAck(DefaultSocket socket, long ackId) {
            this.socket = socket;
            this.ackId = ackId;
        }

        @Override
        public boolean requested() {
            return ackId != Packet.NO_ID;
        }

        @Override
        public boolean send(Object... args) {
            if (!requested() || !sent.compareAndSet(false, true)) {
                return false;
            }
            if (socket.connected) {
                socket.send(
                        socket.encoder().ack(socket.namespace.name(), ackId, Arrays.asList(args)));
            }
            return true;
        }
    }
}
