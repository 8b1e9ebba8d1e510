package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One Engine.IO session.
///
/// Everything but the outbox belongs to the event loop of the session, which changes once when a
/// polling session becomes a websocket. The outbox is a stack without a lock: senders push on any
/// thread, the loop takes the whole stack and reverses it, so the order of pushes is the order on
/// the wire, also across the move.
///
/// The public methods are thread-safe.
public final class EngineSession {
    private static final VarHandle OUTBOX;
    private static final VarHandle QUEUED;
    private static final VarHandle LARGEST;
    private static final VarHandle LISTED;
    private static final VarHandle UPGRADE;
    private static final VarHandle POSTING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OUTBOX = lookup.findVarHandle(EngineSession.class, "outbox", Outgoing.class);
            QUEUED = lookup.findVarHandle(EngineSession.class, "queued", long.class);
            LISTED = lookup.findVarHandle(EngineSession.class, "listed", boolean.class);
            LARGEST = lookup.findVarHandle(EngineSession.class, "largest", int.class);
            UPGRADE = lookup.findVarHandle(EngineSession.class, "upgrade", boolean.class);
            POSTING = lookup.findVarHandle(EngineSession.class, "posting", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// One entry of the outbox: a message, or a close that must come after the messages before it.
    private static final class Outgoing {
        private final @Nullable EngineMessage message;
        private final @Nullable CloseReason close;
        private @Nullable Outgoing next;

        Outgoing(@Nullable EngineMessage message, @Nullable CloseReason close) {
            this.message = message;
            this.close = close;
        }
    }

    private static final Outgoing CLOSED = new Outgoing(null, null);

    private final EngineServer server;
    private final String id;
    private volatile LoopHub hub;
    private volatile Transport transport;
    private volatile @Nullable Outgoing outbox;
    private volatile long queued;
    private volatile int largest;
    private volatile boolean listed;
    private volatile boolean upgrade;
    private volatile boolean posting;
    private volatile boolean closed;
    private boolean admitted;
    private CloseReason closeReason = CloseReason.TRANSPORT_CLOSE;
    private @Nullable EngineListener listener;
    private @Nullable List<Runnable> writableTasks;
    private int pauses;

    // Owned by the hub.
    @Nullable EngineSession nextDirty;
    @Nullable EngineSession heartbeatBefore;
    @Nullable EngineSession heartbeatAfter;
    long heartbeatAt;
    boolean awaitingPong;

    EngineSession(EngineServer server, String id, LoopHub hub, Transport transport) {
        this.server = server;
        this.id = id;
        this.hub = hub;
        this.transport = transport;
        this.upgrade = transport instanceof WebSocketTransport;
        // Before the client hears of the session and begins to count itself.
        this.heartbeatAt = System.nanoTime() + server.config().pingInterval().toNanos();
    }

    /// The session id. Whoever knows it can act as the client: never log it.
    public String id() {
        return id;
    }

    /// Sends a message and takes over its reference. After the end of the session this only
    /// releases it.
    public void send(EngineMessage message) {
        int size = message.size();
        int known = largest;
        while (size > known && !LARGEST.compareAndSet(this, known, size)) {
            known = largest;
        }
        long before = (long) QUEUED.getAndAdd(this, (long) size);
        if (before > allowedToWait()) {
            QUEUED.getAndAdd(this, (long) -size);
            message.release();
            if (!closed) {
                abortSoon(CloseReason.SLOW_CONSUMER);
            }
            return;
        }
        if (!push(new Outgoing(message, null))) {
            message.release();
        }
    }

    /// Bytes that may wait: the budget, beside one message of any size. So a message that is larger
    /// than the budget can be sent, wherever it stands among others. The largest message stands for
    /// all time: which messages have left is known only below.
    long allowedToWait() {
        return server.config().outboundBudget() + largest;
    }

    /// Ends the session after what was sent before has left, within a short time.
    public void closeAfterSending(CloseReason reason) {
        push(new Outgoing(null, reason));
    }

    /// Ends the session now; when called on its event loop, before this returns.
    public void abort(CloseReason reason) {
        execute(() -> close(reason));
    }

    /// Ends the session soon, never within the call: for callers that hold locks.
    public void abortSoon(CloseReason reason) {
        hub.loop().execute(() -> abort(reason));
    }

    /// Runs a task on the event loop when the client takes more without much waiting; never when
    /// the session ends before.
    public void whenWritable(Runnable task) {
        execute(
                () -> {
                    if (closed) {
                        return;
                    }
                    List<Runnable> tasks = writableTasks;
                    if (tasks == null) {
                        tasks = new ArrayList<>();
                        writableTasks = tasks;
                    }
                    tasks.add(task);
                    if (transport.writable()) {
                        becameWritable();
                    }
                });
    }

    /// Whether something sent earlier has not left yet; a moment's view.
    public boolean congested() {
        return outbox != null || transport.congested();
    }

    public boolean open() {
        return !closed;
    }

    /// Notes that the client is one that the application knows. Event loop of the session only.
    public void admitted() {
        if (!closed) {
            admitted = true;
            transport.admitted();
        }
    }

    /// Runs a task on the session's event loop, at once when called there.
    public void execute(Runnable task) {
        LoopHub current = hub;
        if (current.loop().inEventLoop()) {
            task.run();
        } else {
            current.loop().execute(() -> execute(task));
        }
    }

    /// Runs a task on the session's event loop after a delay.
    public ScheduledFuture<?> schedule(Runnable task, Duration delay) {
        return hub.loop().schedule(() -> execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Stops taking messages from the client until [#resume()] was called as often. Messages that
    /// came in one piece with the last one may still arrive.
    public void pause() {
        execute(
                () -> {
                    if (pauses++ == 0) {
                        transport.pause(true);
                    }
                });
    }

    public void resume() {
        execute(
                () -> {
                    if (--pauses == 0 && !closed) {
                        transport.pause(false);
                    }
                });
    }

    // ---- event loop of the session from here on

    LoopHub hub() {
        return hub;
    }

    EngineServer server() {
        return server;
    }

    boolean paused() {
        return pauses > 0;
    }

    /// Sends the open packet, tells the application and starts the heartbeat.
    void start(EngineRequest request) {
        if (closed) {
            return;
        }
        hub.watch(this);
        EngineListener opened = server.application().opened(this, request);
        listener = opened;
        if (closed) {
            notifyClosed(opened, closeReason);
        }
    }

    void ping() {
        transport.write(EngineMessage.PING);
        transport.flush();
        if (transport.waiting() > allowedToWait()) {
            close(CloseReason.SLOW_CONSUMER);
        }
    }

    void becameWritable() {
        List<Runnable> tasks = writableTasks;
        if (tasks != null) {
            writableTasks = null;
            // After what is queued already, so that the tasks see how much of it could be written.
            tasks.forEach(hub.loop()::execute);
        }
    }

    /// Any thread. Whether the session was in no list of sessions to drain, and is meant to be now.
    boolean list() {
        return LISTED.compareAndSet(this, false, true);
    }

    /// The session was taken from its list.
    void unlist() {
        listed = false;
    }

    void drain() {
        Transport current = transport;
        if (closed || current instanceof WebSocketTransport socket && socket.joining()) {
            return;
        }
        Outgoing next = inOrder((@Nullable Outgoing) OUTBOX.getAndSet(this, (Outgoing) null));
        long bytes = 0;
        while (next != null) {
            EngineMessage message = next.message;
            if (message == null) {
                release(next.next);
                close(next.close == null ? CloseReason.SERVER_CLOSE : next.close, true);
                return;
            }
            bytes += message.size();
            current.write(message);
            next = next.next;
        }
        QUEUED.getAndAdd(this, -bytes);
        current.flush();
        if (current.waiting() > allowedToWait()) {
            close(CloseReason.SLOW_CONSUMER);
        }
    }

    /// Something came from the client, be it a part of a message.
    void heard() {
        if (awaitingPong && !closed) {
            hub.heard(this);
        }
    }

    /// A packet with its type byte. Returns false when it ended the session as an error.
    boolean packet(byte[] data, int offset, int length) {
        if (closed) {
            return true;
        }
        heard();
        EngineListener receiver = listener;
        boolean valid =
                length > 0
                        && receiver != null
                        && switch (data[offset]) {
                            case '1' -> {
                                close(CloseReason.TRANSPORT_CLOSE, true);
                                yield length == 1;
                            }
                            case '3' -> true; // a pong; it was heard
                            case '4' -> deliver(() -> receiver.text(data, offset + 1, length - 1));
                            case '6' -> length == 1;
                            default -> false;
                        };
        if (!valid) {
            close(CloseReason.TRANSPORT_ERROR);
        }
        return valid;
    }

    /// A binary message. Returns false when it ended the session as an error.
    boolean binary(byte[] data) {
        EngineListener receiver = listener;
        if (closed || receiver == null) {
            return true;
        }
        if (!deliver(() -> receiver.binary(data))) {
            close(CloseReason.TRANSPORT_ERROR);
            return false;
        }
        return true;
    }

    private boolean deliver(Runnable delivery) {
        try {
            delivery.run();
            return true;
        } catch (RuntimeException failure) {
            server.unexpected("message listener", failure);
            return false;
        }
    }

    void close(CloseReason reason) {
        close(reason, false);
    }

    private void close(CloseReason reason, boolean graceful) {
        if (closed) {
            return;
        }
        closed = true;
        closeReason = reason;
        hub.unwatch(this);
        release(inOrder((@Nullable Outgoing) OUTBOX.getAndSet(this, CLOSED)));
        transport.close(reason, graceful);
        EngineListener receiver = listener;
        if (receiver != null) {
            notifyClosed(receiver, reason);
        }
    }

    private void notifyClosed(EngineListener receiver, CloseReason reason) {
        try {
            receiver.closed(reason);
        } catch (RuntimeException failure) {
            server.unexpected("close listener", failure);
        }
    }

    void transportGone() {
        close(CloseReason.TRANSPORT_CLOSE);
        server.forget(this);
    }

    // ---- polling

    /// Answers the poll at once or keeps it. Late timers must not let a dead session answer, so the
    /// deadline of the heartbeat is looked at here too.
    void poll(HttpExchange exchange) {
        if (awaitingPong && !paused() && heartbeatAt - System.nanoTime() <= 0) {
            close(CloseReason.PING_TIMEOUT);
        }
        if (transport instanceof PollingTransport polling) {
            polling.poll(exchange, closed);
        } else {
            exchange.fail(closed ? EngineError.UNKNOWN_SID : EngineError.BAD_REQUEST);
        }
    }

    void post(HttpExchange exchange, byte[] body) {
        if (closed) {
            exchange.fail(EngineError.UNKNOWN_SID);
        } else if (transport instanceof PollingTransport polling) {
            polling.post(exchange, body);
        } else {
            exchange.fail(EngineError.BAD_REQUEST);
        }
    }

    /// Any thread. False when another request body is on its way.
    boolean beginPost() {
        return POSTING.compareAndSet(this, false, true);
    }

    /// Any thread.
    void endPost() {
        posting = false;
    }

    // ---- upgrade

    /// Any thread. Reserves the session for one websocket; false when it has or is getting one.
    boolean beginUpgrade() {
        return !closed && UPGRADE.compareAndSet(this, false, true);
    }

    /// Whether the session has, or is getting, a websocket.
    boolean upgradeBegun() {
        return upgrade;
    }

    void probed() {
        if (transport instanceof PollingTransport polling) {
            polling.upgrading(true);
        }
    }

    void upgradeFailed() {
        if (transport instanceof PollingTransport polling) {
            polling.upgrading(false);
            upgrade = false;
        }
    }

    /// Moves the session to the websocket and its event loop. Called on the old loop, which must
    /// not touch the session afterwards: until [#arrive] has run on the new loop,
    /// [WebSocketTransport#joining()] holds back writes.
    void move(WebSocketTransport target, LoopHub to) {
        if (closed || !(transport instanceof PollingTransport polling)) {
            to.loop().execute(target::refuse);
            return;
        }
        hub.unwatch(this);
        PollingTransport.Unsent unsent = polling.detach();
        transport = target;
        hub = to;
        to.loop().execute(() -> arrive(target, unsent));
    }

    private void arrive(WebSocketTransport target, PollingTransport.Unsent unsent) {
        if (closed) {
            unsent.release();
            return;
        }
        hub.watch(this);
        target.joined(unsent, paused());
        if (admitted) {
            target.admitted();
        }
        becameWritable();
        drain();
    }

    // ---- outbox

    private boolean push(Outgoing entry) {
        Outgoing head;
        do {
            head = outbox;
            if (head == CLOSED) {
                return false;
            }
            entry.next = head;
        } while (!OUTBOX.compareAndSet(this, head, entry));
        if (head == null) {
            hub.markDirty(this);
        }
        return true;
    }

    private static @Nullable Outgoing inOrder(@Nullable Outgoing stack) {
        Outgoing reversed = null;
        while (stack != null) {
            Outgoing next = stack.next;
            stack.next = reversed;
            reversed = stack;
            stack = next;
        }
        return reversed;
    }

    private static void release(@Nullable Outgoing entries) {
        for (Outgoing entry = entries; entry != null; entry = entry.next) {
            if (entry.message != null) {
                entry.message.release();
            }
        }
    }

    /// The open packet of the protocol.
    EngineMessage openPacket() {
        EngineConfig config = server.config();
        boolean polling = transport instanceof PollingTransport;
        String json =
                "0{\"sid\":\""
                        + id
                        + "\",\"upgrades\":["
                        + (polling ? "\"websocket\"" : "")
                        + "],\"pingInterval\":"
                        + config.pingInterval().toMillis()
                        + ",\"pingTimeout\":"
                        + config.pingTimeout().toMillis()
                        + ",\"maxPayload\":"
                        + config.maxPayload()
                        + "}";
        return EngineMessage.packet(
                ByteBufAllocator.DEFAULT, json.getBytes(StandardCharsets.US_ASCII));
    }
}
