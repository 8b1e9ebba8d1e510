package dev.roosthold.relay.socket;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Authenticator;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.http.Incident;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.store.OverloadedException;
import dev.roosthold.socketio.Ack;
import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.DisconnectReason;
import dev.roosthold.socketio.EventHandler;
import dev.roosthold.socketio.Handshake;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.PromptHandler;
import dev.roosthold.socketio.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// Connects the Socket.IO namespace with the features: guard, rooms, events, acknowledgements.
///
/// The one place where a handler's outcome becomes an acknowledgement: bad arguments and exceptions
/// become the event's error form, so that no packet can stay unanswered or reach another socket.
public final class SocketGateway implements SocketEvents {
    private static final Logger LOG = LoggerFactory.getLogger(SocketGateway.class);

    /// Generous: a daemon sends about 20 packets when it connects, a session bursts of messages.
    public static final Rate USUAL_EVENT_RATE = new Rate(2_000, 200);

    /// Clients repeat what fails.
    private static final LogBudget FAILURES = LogBudget.of(new Rate(20, 2));

    private static final Duration RATE_PAUSE = Duration.ofMillis(5);
    private static final Duration OVERLOAD_PAUSE = Duration.ofMillis(50);

    /// Headers of the first request that are looked at here.
    public static final List<String> HEADERS = List.of(Handshakes.HAPPY_CLIENT_HEADER);

    private final Namespace sockets;
    private final Authenticator authenticator;
    private final Handshakes handshakes;
    private final Executor blocking;
    private final InstantSource clock;
    private final List<ConnectionListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> events = new ConcurrentSkipListSet<>();
    private final ConcurrentHashMap<AccountId, Integer> connected = new ConcurrentHashMap<>();
    private volatile ToIntFunction<AccountId> elsewhere = _ -> 0;

    /// @param lastSeq number of an account's latest update; may wait for the store
    /// @param mayConnect whether a caller may connect as that session; may block
    /// @param socketsPerAccount connections of one account at one time. Those that are being
    ///     admitted at the same moment are not counted, so it may be exceeded by a few
    /// @param blocking runs the check of a token, which may wait for the store
    public SocketGateway(
            Namespace sockets,
            Authenticator authenticator,
            ToLongFunction<AccountId> lastSeq,
            BiPredicate<Caller, SessionId> mayConnect,
            Rate eventRate,
            int socketsPerAccount,
            Executor blocking,
            InstantSource clock) {
        this.sockets = sockets;
        this.authenticator = authenticator;
        this.handshakes =
                new Handshakes(
                        authenticator,
                        lastSeq,
                        mayConnect,
                        account ->
                                connected.getOrDefault(account, 0) + elsewhere.applyAsInt(account)
                                        < socketsPerAccount,
                        eventRate,
                        clock);
        this.blocking = blocking;
        this.clock = clock;
        sockets.guard(this::admit);
        sockets.onConnect(this::connected);
        sockets.onDisconnect(this::disconnected);
        sockets.onUnknown(
                (socket, _, _) -> {
                    if (holds(caller(socket))) {
                        heard(caller(socket));
                    }
                });
        register("ping", this::ping);
        on("app-state", ErrorForm.SILENT, SocketGateway::appState);
    }

    /// Adds a listener; listeners are told in the order in which they were added.
    public void listen(ConnectionListener listener) {
        listeners.add(listener);
    }

    @Override
    public void on(String event, ErrorForm errors, Handler handler) {
        register(event, (socket, args, ack) -> handle(event, errors, handler, socket, args, ack));
    }

    @Override
    public void onAsync(String event, ErrorForm errors, AsyncHandler handler) {
        onArguments(
                event,
                errors,
                (caller, args, reply) -> handler.handle(caller, Payload.of(args), reply));
    }

    @Override
    public void onAny(String event, ErrorForm errors, AnyHandler handler) {
        onArguments(
                event, errors, (caller, args, reply) -> handler.handle(caller, first(args), reply));
    }

    private interface ArgumentsHandler {
        void handle(SocketCaller socket, List<JsonNode> args, Reply reply) throws Exception;
    }

    @Override
    public void onPrompt(String event, ErrorForm errors, AnyHandler handler) {
        ArgumentsHandler inner =
                (caller, args, reply) -> handler.handle(caller, first(args), reply);
        register(
                event,
                new PromptHandler() {
                    @Override
                    public void handle(Socket socket, List<JsonNode> args, Ack ack)
                            throws InterruptedException {
                        inTurn(event, errors, inner, caller(socket), args, ack);
                    }

                    @Override
                    public boolean handleNow(Socket socket, List<JsonNode> args, Ack ack) {
                        return atOnce(event, errors, inner, caller(socket), args, ack);
                    }
                });
    }

    private void onArguments(String event, ErrorForm errors, ArgumentsHandler handler) {
        register(
                event,
                (socket, args, ack) -> inTurn(event, errors, handler, caller(socket), args, ack));
    }

    private void inTurn(
            String event,
            ErrorForm errors,
            ArgumentsHandler handler,
            SocketCaller caller,
            List<JsonNode> args,
            Ack ack)
            throws InterruptedException {
        if (!holds(caller)) {
            return;
        }
        heard(caller, event);
        if (mayGoOn(caller, ack)) {
            caller.beginUnanswered();
            if (!holds(caller)) {
                // Revoked while it waited.
                caller.answered();
                return;
            }
            while (!begun(event, errors, handler, caller, args, ack, !ack.requested())) {
                Thread.sleep(OVERLOAD_PAUSE);
                if (!holds(caller)) {
                    caller.answered();
                    return;
                }
            }
        } else {
            errors.of(ErrorForm.TOO_MANY_REQUESTS).ifPresent(ack::send);
        }
    }

    /// Like [#inTurn], but false wherever that would wait.
    private boolean atOnce(
            String event,
            ErrorForm errors,
            ArgumentsHandler handler,
            SocketCaller caller,
            List<JsonNode> args,
            Ack ack) {
        if (!holds(caller)) {
            return true;
        }
        if (!caller.tryBeginUnanswered()) {
            return false;
        }
        if (!caller.mayDoMore(clock.millis())) {
            caller.answered();
            return false;
        }
        heard(caller, event);
        boolean _ = begun(event, errors, handler, caller, args, ack, false);
        return true;
    }

    /// @param again whether the event may be begun again when the store is overloaded: its sender
    ///     would not learn that it was dropped
    /// @return false when nothing was done and it is to be begun again
    private boolean begun(
            String event,
            ErrorForm errors,
            ArgumentsHandler handler,
            SocketCaller caller,
            List<JsonNode> args,
            Ack ack,
            boolean again) {
        var reply = new OneReply(this, event, errors, ack, caller, again);
        try {
            handler.handle(caller, args, reply);
        } catch (Exception e) {
            reply.fail(e);
        }
        return !reply.isOverloaded();
    }

    /// False once the credential is revoked: its socket is being closed, and what it had sent
    /// before may still be waiting here, many seconds of it when it was faster than its rate.
    private boolean holds(SocketCaller caller) {
        return authenticator.holds(caller.caller());
    }

    private static JsonNode first(List<JsonNode> args) {
        return args.isEmpty() ? MissingNode.getInstance() : args.getFirst();
    }

    /// A sender that wants no answer cannot learn that its event was refused: it waits instead.
    private boolean mayGoOn(SocketCaller caller, Ack ack) throws InterruptedException {
        boolean told = false;
        while (!caller.mayDoMore(clock.millis())) {
            if (!told) {
                limited(caller);
                told = true;
            }
            if (ack.requested() || !holds(caller)) {
                return false;
            }
            Thread.sleep(RATE_PAUSE);
        }
        return true;
    }

    /// Sets how many sockets an account has at other relays, which count for its limit too. Must
    /// not block.
    public void countAlso(ToIntFunction<AccountId> others) {
        elsewhere = others;
    }

    /// Accounts with at least so many sockets here, and how many they have.
    public Map<AccountId, Integer> counts(int least) {
        Map<AccountId, Integer> counts = new HashMap<>(connected);
        counts.values().removeIf(count -> count < least);
        return counts;
    }

    /// Whether a socket of the account is connected.
    public boolean isConnected(AccountId account) {
        return connected.containsKey(account);
    }

    /// The names of all events that are handled.
    public Set<String> events() {
        return Set.copyOf(events);
    }

    private void register(String event, EventHandler handler) {
        events.add(event);
        sockets.on(event, handler);
    }

    private CompletableFuture<Admission> admit(Handshake handshake) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Admission decision = handshakes.decide(handshake);
                    if (decision instanceof Admission.Refuse(var reason, var _)) {
                        String address = ClientAddress.of(handshake.remoteAddress());
                        listeners.forEach(listener -> listener.refused(reason, address));
                    }
                    return decision;
                },
                blocking);
    }

    private void limited(SocketCaller caller) {
        listeners.forEach(listener -> listener.limited(caller));
    }

    private void connected(Socket socket) {
        SocketCaller caller = caller(socket);
        caller.connectedAs(socket.id());
        connected.merge(caller.caller().account(), 1, Integer::sum);
        listeners.forEach(listener -> listener.connected(caller));
    }

    private void disconnected(Socket socket, DisconnectReason reason) {
        SocketCaller caller = caller(socket);
        connected.computeIfPresent(
                caller.caller().account(), (_, count) -> count == 1 ? null : count - 1);
        listeners.forEach(listener -> listener.disconnected(caller, reason));
    }

    private void heard(SocketCaller caller, String event) {
        heard(caller);
        listeners.forEach(listener -> listener.received(caller, event));
    }

    private void heard(SocketCaller caller) {
        listeners.forEach(listener -> listener.heard(caller));
    }

    private void handle(
            String event,
            ErrorForm errors,
            Handler handler,
            Socket socket,
            List<JsonNode> args,
            Ack ack)
            throws InterruptedException {
        SocketCaller caller = caller(socket);
        if (!holds(caller)) {
            return;
        }
        heard(caller, event);
        if (!caller.mayDoMore(clock.millis())) {
            limited(caller);
            errors.of(ErrorForm.TOO_MANY_REQUESTS).ifPresent(ack::send);
            return;
        }
        while (holds(caller)) {
            try {
                handler.handle(caller, Payload.of(args)).ifPresent(ack::send);
                return;
            } catch (Exception e) {
                if (ack.requested() || !(e instanceof OverloadedException)) {
                    failure(caller, event, errors, e).ifPresent(ack::send);
                    return;
                }
            }
            Thread.sleep(OVERLOAD_PAUSE);
        }
    }

    private Optional<Object> failure(
            SocketCaller caller, String event, ErrorForm errors, Throwable cause) {
        if (cause instanceof InvalidParameters problem) {
            for (ConnectionListener listener : listeners) {
                if (problem.isMissing()) {
                    listener.missed(caller, event);
                } else {
                    listener.malformed(caller, event);
                }
            }
            return errors.of(String.valueOf(cause.getMessage()));
        }
        boolean overloaded = cause instanceof OverloadedException;
        FAILURES.tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atWarn()
                                        .addKeyValue("request", Incident.newId())
                                        .addKeyValue("event", event)
                                        .addKeyValue("withheld", withheld)
                                        .setCause(cause)
                                        .log("event failed"));
        return errors.of(overloaded ? ErrorForm.TOO_MANY_REQUESTS : ErrorForm.INTERNAL_ERROR);
    }

    /// Answers once and lets the next event of the socket in.
    private static final class OneReply implements Reply {
        private enum Phase {
            /// The handler is at work and may be asked again.
            HANDLED,
            /// What comes now is the answer.
            OPEN,
            OVERLOADED,
            DONE
        }

        private final SocketGateway gateway;
        private final String event;
        private final ErrorForm errors;
        private final Ack ack;
        private final SocketCaller caller;
        private final AtomicReference<Phase> phase;

        OneReply(
                SocketGateway gateway,
                String event,
                ErrorForm errors,
                Ack ack,
                SocketCaller caller,
                boolean again) {
            this.gateway = gateway;
            this.event = event;
            this.errors = errors;
            this.ack = ack;
            this.caller = caller;
            this.phase = new AtomicReference<>(again ? Phase.HANDLED : Phase.OPEN);
        }

        /// The handler has returned: whether the store refused at once. Later it is too late to
        /// begin again, as the next event of the socket may have come before.
        boolean isOverloaded() {
            return !phase.compareAndSet(Phase.HANDLED, Phase.OPEN)
                    && phase.get() == Phase.OVERLOADED;
        }

        @Override
        public boolean wanted() {
            return ack.requested();
        }

        @Override
        public void send(Object answer) {
            if (phase.getAndSet(Phase.DONE) != Phase.DONE) {
                ack.send(answer);
                caller.answered();
            }
        }

        @Override
        public void fail(Throwable cause) {
            if (cause instanceof OverloadedException
                    && phase.compareAndSet(Phase.HANDLED, Phase.OVERLOADED)) {
                return;
            }
            if (phase.getAndSet(Phase.DONE) != Phase.DONE) {
                gateway.failure(caller, event, errors, cause).ifPresent(ack::send);
                caller.answered();
            }
        }
    }

    /// `ping`: the answer means that everything this socket sent before was handled. Answered also
    /// when a payload precedes the acknowledgement.
    private void ping(Socket socket, List<JsonNode> args, Ack ack) {
        if (!holds(caller(socket))) {
            return;
        }
        heard(caller(socket), "ping");
        ack.send(Map.of());
    }

    /// `app-state`: `active` means that the person is looking, anything else that not.
    private static Optional<Object> appState(SocketCaller caller, Payload payload) {
        caller.watching(payload.text("state").equals("active"));
        return Optional.empty();
    }

    private static SocketCaller caller(Socket socket) {
        return socket.data(SocketCaller.class);
    }
}
