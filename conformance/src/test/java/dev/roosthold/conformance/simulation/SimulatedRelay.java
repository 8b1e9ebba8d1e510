package dev.roosthold.conformance.simulation;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.catchup.LogRecovery;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.messages.MessageAccess;
import dev.roosthold.relay.messages.MessageEvents;
import dev.roosthold.relay.messages.Messages;
import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.sessions.SessionEvents;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketAccess;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import dev.roosthold.relay.store.SimulatedStore;
import dev.roosthold.relay.updates.Rooms;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.UpdateLog;
import dev.roosthold.relay.updates.Updates;
import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Handshake;
import dev.roosthold.socketio.Recovery;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/// The relay's own code for sessions, messages, updates and recovery, between a simulated store and
/// simulated connections. A crash makes a new one on the same store.
final class SimulatedRelay implements SocketEvents {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private final SimulatedStore store;
    private final InstantSource clock;
    private final Bug bug;
    private final SimulatedSockets sockets;
    private final Sessions sessions;
    private final Messages messages;
    private final LogRecovery recovery;
    private final Map<String, Registered> handlers = new HashMap<>();

    /// What waits for a thread that may block.
    private final Deque<Runnable> blocking = new ArrayDeque<>();

    private record Registered(ErrorForm errors, AsyncHandler handler) {}

    SimulatedRelay(SimulatedStore store, InstantSource clock, SealKey key, Bug bug) {
        this.store = store;
        this.clock = clock;
        this.bug = bug;
        sockets = new SimulatedSockets(bug);
        var ids = new Ids();
        var router = new Router(sockets);
        var updates = new Updates(router, Updates.Retention.USUAL);
        var log = new UpdateLog(Messages::newMessageJson);
        sessions = new Sessions(store, updates, router, ids, clock);
        messages = new Messages(store, updates, ids, clock);
        recovery = new LogRecovery(store, log, key, blocking::addLast);
        new MessageEvents(messages).register(this);
        new SessionEvents(sessions).register(this);
    }

    SimulatedSockets sockets() {
        return sockets;
    }

    Sessions sessions() {
        return sessions;
    }

    boolean hasTask() {
        return !blocking.isEmpty();
    }

    void runTask() {
        blocking.removeFirst().run();
    }

    // ---- requests

    long post(Caller caller, SessionId session, String localId, String content) {
        return MessageAccess.post(messages, caller, session, localId, content);
    }

    List<MessageAccess.Row> after(Caller caller, SessionId session, long seq) {
        List<MessageAccess.Row> rows = MessageAccess.after(messages, caller, session, seq);
        return bug == Bug.READS_MISS_THE_LAST_MESSAGE && rows.size() > 1
                ? rows.subList(0, rows.size() - 1)
                : rows;
    }

    /// @param version of the metadata
    record Metadata(long version, String value) {}

    Metadata metadata(AccountId account, SessionId session) {
        return store.readNow(
                sql ->
                        sql.first(
                                        "SELECT metadata_version, metadata FROM session"
                                                + " WHERE account_id = ? AND id = ?",
                                        row -> new Metadata(row.getLong(1), row.getString(2)),
                                        account.value(),
                                        session.value())
                                .orElseThrow());
    }

    // ---- connections

    /// A CONNECT packet arrives.
    ///
    /// @param pid and offset of the connection that the client wants to continue; empty for none
    void connect(
            Line line,
            Caller caller,
            ClientScope scope,
            String pid,
            String offset,
            LongConsumer in) {
        long last = store.readNow(sql -> Updates.lastSeq(sql, caller.account()));
        OptionalLong presented =
                offset.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(offset));
        SocketCaller socket = SocketAccess.admit(caller, scope, last, presented, clock.millis());
        // What commits between the look at the log and the rooms is where a gap would be.
        blocking.addLast(() -> enter(line, socket, pid, offset));
        in.accept(last);
    }

    private void enter(Line line, SocketCaller caller, String pid, String offset) {
        if (!line.relayOpen) {
            return;
        }
        Set<String> rooms =
                switch (caller.scope()) {
                    case ClientScope.User() -> Set.of(Rooms.users(caller.account()));
                    case ClientScope.Session(var session) ->
                            Set.of(Rooms.session(caller.account(), session));
                    case ClientScope.Machine(var machine) ->
                            Set.of(Rooms.machine(caller.account(), machine));
                };
        var admission = new Admission.Accept(caller, rooms);
        line.admitted(caller, rooms);
        if (pid.isEmpty()) {
            begin(line, caller, admission, Optional.empty(), "");
            return;
        }
        var handshake =
                new Handshake(
                        JSON.createObjectNode(),
                        Map.of(),
                        new DefaultHttpHeaders(),
                        InetSocketAddress.createUnresolved("simulated", 1));
        var _ =
                recovery.recover(sockets, pid, offset, handshake, admission)
                        .thenAccept(found -> begin(line, caller, admission, found, pid));
    }

    private void begin(
            Line line,
            SocketCaller caller,
            Admission.Accept admission,
            Optional<Recovery.Continuation> found,
            String pid) {
        if (!line.relayOpen) {
            found.ifPresent(continuation -> continuation.done().run());
            return;
        }
        if (found.isEmpty()) {
            SocketAccess.connectedAs(caller, line.id());
            String fresh = recovery.begin(sockets, line.id(), admission).orElse("");
            line.begin(line.id(), fresh, null, false);
            return;
        }
        Recovery.Continuation continuation = found.get();
        // A connection of that id that has not been noticed to have ended is ended now.
        sockets.lines().stream()
                .filter(other -> other != line && other.id().equals(continuation.socketId()))
                .forEach(Line::closeTransport);
        SocketAccess.connectedAs(caller, continuation.socketId());
        List<Line.Down.Update> missed = new ArrayList<>();
        for (Recovery.MissedEvent event : continuation.missed()) {
            missed.add(
                    new Line.Down.Update(
                            String.valueOf(((RawValue) event.args().get(0)).rawValue()),
                            String.valueOf(event.args().get(1))));
        }
        continuation.done().run();
        if (bug == Bug.REPLAY_LEAVES_ONE_OUT && missed.size() > 1) {
            missed.remove(0);
        }
        line.begin(continuation.socketId(), pid, missed, bug == Bug.REPLAY_AND_LIVE_OVERLAP);
    }

    // ---- events

    /// An event arrives that wants to be acknowledged.
    void event(Line line, String name, JsonNode argument, long ackId) {
        SocketCaller caller = line.caller();
        Registered registered = handlers.get(name);
        if (caller == null || registered == null || !line.relayOpen) {
            return;
        }
        var reply = new Acknowledging(line, ackId, registered.errors());
        try {
            registered.handler().handle(caller, SocketAccess.payload(argument), reply);
        } catch (SimulatedStore.Crashed e) {
            throw e;
        } catch (Exception e) {
            reply.fail(e);
        }
    }

    private final class Acknowledging implements Reply {
        private final Line line;
        private final long id;
        private final ErrorForm errors;
        private boolean answered;

        Acknowledging(Line line, long id, ErrorForm errors) {
            this.line = line;
            this.id = id;
            this.errors = errors;
        }

        @Override
        public boolean wanted() {
            return true;
        }

        @Override
        public void send(Object answer) {
            if (!answered) {
                answered = true;
                var packet = new Line.Down.Acknowledged(id, JSON.valueToTree(answer));
                line.send(packet);
                if (bug == Bug.ACKNOWLEDGED_TWICE && id % 3 == 0) {
                    line.send(packet);
                }
            }
        }

        @Override
        public void fail(Throwable cause) {
            errors.of(String.valueOf(cause.getMessage())).ifPresent(this::send);
        }
    }

    @Override
    public void onAsync(String event, ErrorForm errors, AsyncHandler handler) {
        handlers.put(event, new Registered(errors, handler));
    }

    @Override
    public void on(String event, ErrorForm errors, Handler handler) {
        // Heartbeats are no part of it.
    }

    @Override
    public void onAny(String event, ErrorForm errors, AnyHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onPrompt(String event, ErrorForm errors, AnyHandler handler) {
        throw new UnsupportedOperationException();
    }
}
