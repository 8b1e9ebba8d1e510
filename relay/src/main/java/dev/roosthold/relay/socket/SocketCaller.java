package dev.roosthold.relay.socket;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.limits.TokenBucket;
import java.net.SocketAddress;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/// Who is at the other end of a socket, kept with it from its admission. Thread-safe.
public final class SocketCaller {
    private static final AtomicLong CONNECTIONS = new AtomicLong();

    private final Caller caller;
    private final ClientScope scope;
    private final String happyClient;
    private final SocketAddress remote;
    private final TokenBucket events;
    private final long admittedAt;
    private final OptionalLong presentedOffset;
    private final long connection = CONNECTIONS.incrementAndGet();
    private final Semaphore unanswered = new Semaphore(SocketEvents.MAX_UNANSWERED);
    private volatile boolean watching;
    private volatile String socketId = "";

    SocketCaller(
            Caller caller,
            ClientScope scope,
            String happyClient,
            SocketAddress remote,
            TokenBucket events,
            long admittedAt,
            OptionalLong presentedOffset,
            boolean watching) {
        this.caller = caller;
        this.scope = scope;
        this.happyClient = happyClient;
        this.remote = remote;
        this.events = events;
        this.admittedAt = admittedAt;
        this.presentedOffset = presentedOffset;
        this.watching = watching;
    }

    public Caller caller() {
        return caller;
    }

    public AccountId account() {
        return caller.account();
    }

    public ClientScope scope() {
        return scope;
    }

    /// What the client calls itself, for example `cli-daemon/1.2.5`; empty when it does not say.
    /// Not to be trusted.
    public String happyClient() {
        return happyClient;
    }

    /// Where the connection comes from.
    public SocketAddress remote() {
        return remote;
    }

    /// Number of the account's latest update when the socket was let in, before it was in its
    /// rooms: every later update was sent to it or is missing to it.
    public long admittedAt() {
        return admittedAt;
    }

    /// The number of an update that the client presented as the last one it has; see
    /// [dev.roosthold.socketio.Recovery]. Not to be trusted.
    public OptionalLong presentedOffset() {
        return presentedOffset;
    }

    /// Whether the person is looking at this client now, as far as it has told.
    public boolean watching() {
        return watching;
    }

    /// Tells this connection from every other of this process. A client that continues an earlier
    /// connection has the same socket id in both, and the end of the first may be noticed after the
    /// beginning of the second.
    public long connection() {
        return connection;
    }

    /// The socket's id; empty until it is connected. See [#connection()].
    public String socketId() {
        return socketId;
    }

    void watching(boolean now) {
        watching = now;
    }

    void connectedAs(String id) {
        socketId = id;
    }

    boolean mayDoMore(long nowMs) {
        return events.tryTake(nowMs);
    }

    /// Waits until fewer than [SocketEvents#MAX_UNANSWERED] events are unanswered, and counts one
    /// more.
    void beginUnanswered() throws InterruptedException {
        unanswered.acquire();
    }

    /// Like [#beginUnanswered], but false instead of waiting.
    boolean tryBeginUnanswered() {
        return unanswered.tryAcquire();
    }

    void answered() {
        unanswered.release();
    }
}
