package dev.roosthold.relay.streams;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.TokenBucket;
import dev.roosthold.relay.sessions.ReachableSessions;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.SentEvent;
import dev.roosthold.socketio.DisconnectReason;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/// The socket events of live streams. Thread-safe.
///
/// A session-scoped socket speaks for its own session; a machine-scoped one for its machine and for
/// every session its credential may use. For an account's credential those are the sessions of the
/// account, for a machine's the sessions it made.
public final class StreamEvents implements ConnectionListener {
    /// Frames of one socket.
    static final Rate RATE = new Rate(200, 50);

    private static final String SESSION_ID = "sid";
    private static final String MACHINE_ID = "machineId";

    private final ReachableSessions sessions;
    private final Router router;
    private final InstantSource clock;

    /// By the number of the connection, for those that have streamed.
    private final ConcurrentHashMap<Long, TokenBucket> buckets = new ConcurrentHashMap<>();

    public StreamEvents(ReachableSessions sessions, Router router, InstantSource clock) {
        this.sessions = sessions;
        this.router = router;
        this.clock = clock;
    }

    public void register(SocketEvents events) {
        events.on(SentEvent.SESSION_STREAM.wire(), ErrorForm.SILENT, this::sessionStream);
        events.on(SentEvent.MACHINE_STREAM.wire(), ErrorForm.SILENT, this::machineStream);
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        buckets.remove(socket.connection());
    }

    /// Everything is looked at in the order of what it costs.
    private Optional<Object> sessionStream(SocketCaller socket, Payload payload) {
        JsonNode frame = payload.whole();
        if (mayStream(socket)
                && StreamFrame.isValid(frame, SESSION_ID)
                && maySpeakFor(socket, new SessionId(frame.path(SESSION_ID).stringValue()))) {
            router.toUsers(socket.account(), SentEvent.SESSION_STREAM, frame);
        }
        return Optional.empty();
    }

    private Optional<Object> machineStream(SocketCaller socket, Payload payload) {
        JsonNode frame = payload.whole();
        if (mayStream(socket)
                && StreamFrame.isValid(frame, MACHINE_ID)
                && socket.scope() instanceof ClientScope.Machine(var own)
                && own.value().equals(frame.path(MACHINE_ID).stringValue())) {
            router.toUsers(socket.account(), SentEvent.MACHINE_STREAM, frame);
        }
        return Optional.empty();
    }

    private boolean mayStream(SocketCaller socket) {
        long now = clock.millis();
        return !(socket.scope() instanceof ClientScope.User)
                && buckets.computeIfAbsent(socket.connection(), _ -> new TokenBucket(RATE, now))
                        .tryTake(now);
    }

    /// May block on the store.
    private boolean maySpeakFor(SocketCaller socket, SessionId session) {
        return switch (socket.scope()) {
            case ClientScope.User() -> false;
            // The row may not be there yet; of a machine's credential it must be the machine's.
            case ClientScope.Session(var own) ->
                    own.equals(session)
                            && (socket.caller().scope() instanceof Scope.Account
                                    || isReachable(socket, session));
            case ClientScope.Machine _ -> isReachable(socket, session);
        };
    }

    private boolean isReachable(SocketCaller socket, SessionId session) {
        return sessions.isReachable(socket.caller(), session).join();
    }
}
