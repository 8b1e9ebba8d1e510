package dev.roosthold.relay.rpc;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.rpc.RpcAnswer;
import dev.roosthold.protocol.rpc.RpcRequest;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.metrics.RpcMetrics;
import dev.roosthold.relay.sessions.ReachableSessions;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.SentEvent;
import dev.roosthold.socketio.AckTimeoutException;
import dev.roosthold.socketio.SocketClosedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The calls of all accounts. Thread-safe; placing a call never blocks, and no thread waits for an
/// answer. Time passes for waiting calls only by [#sweep()], which the relay calls now and then.
public final class Rpc {
    private static final Logger LOG = LoggerFactory.getLogger(Rpc.class);

    /// Calls that start or end something on a machine.
    private static final Set<String> NOTED =
            Set.of(
                    "spawn-happy-session",
                    "spawn-session",
                    "stop-session",
                    "stop-daemon",
                    "killSession");

    private static final Ending NOT_AVAILABLE =
            Ending.failed("RPC method not available", RpcMetrics.Result.NOT_AVAILABLE);
    private static final Ending SAME_SOCKET =
            Ending.failed("Cannot call RPC on the same socket", RpcMetrics.Result.SELF_CALL);
    private static final Ending TIMED_OUT =
            Ending.failed("operation has timed out", RpcMetrics.Result.TIMEOUT);
    private static final Ending DISCONNECTED =
            Ending.failed("RPC target disconnected", RpcMetrics.Result.TARGET_DISCONNECTED);
    private static final RpcAnswer TOO_MANY = RpcAnswer.failed("Too many requests");
    private static final Ending INTERNAL =
            Ending.failed("Internal error", RpcMetrics.Result.INTERNAL_ERROR);

    /// How a call ends.
    private record Ending(RpcAnswer answer, RpcMetrics.Result result) {
        static Ending failed(String error, RpcMetrics.Result result) {
            return new Ending(RpcAnswer.failed(error), result);
        }
    }

    private final Router router;
    private final RpcMetrics metrics;
    private final Names names;
    private final Departures departures;
    private final RpcLimits limits;
    private final Audit audit;
    private final InstantSource clock;
    private final @Nullable RemoteCalls remote;
    private final ConcurrentHashMap<AccountId, AccountCalls> accounts = new ConcurrentHashMap<>();

    /// By the number of the connection: a client that continues an earlier one has its socket id.
    private final ConcurrentHashMap<Long, Endpoint> endpoints = new ConcurrentHashMap<>();

    /// The way to the other nodes.
    ///
    /// @param node name of this one
    public record Cluster(Channels channels, String node) {}

    /// @param cluster null when this relay is alone
    public Rpc(
            Store store,
            Machines machines,
            ReachableSessions sessions,
            Router router,
            RpcLimits limits,
            RpcMetrics metrics,
            Audit audit,
            @Nullable Cluster cluster,
            InstantSource clock) {
        this.router = router;
        this.metrics = metrics;
        this.audit = audit;
        this.names = new Names(store, machines, sessions, clock);
        this.departures = new Departures(limits.recently(), clock);
        this.limits = limits;
        this.clock = clock;
        this.remote =
                cluster == null
                        ? null
                        : new RemoteCalls(
                                cluster.channels(), cluster.node(), new Others(), limits, clock);
    }

    /// What the calls of other nodes need here, and those of ours learn there.
    private final class Others implements RemoteCalls.Here {
        @Override
        public @Nullable Endpoint serving(AccountId id, String method) {
            AccountCalls account = accounts.get(id);
            return account == null ? null : account.serving(method);
        }

        @Override
        public void drop(Endpoint endpoint, String method) {
            endpoint.account.unregister(endpoint, method);
        }

        @Override
        public CompletableFuture<List<JsonNode>> run(
                Endpoint target, String method, @Nullable JsonNode params, Duration left) {
            return asked(target, new RpcRequest(method, params), left);
        }

        @Override
        public void accepted(Call call) {
            noteIfItStartsOrStops(call);
        }

        @Override
        public void nobody(Call call) {
            nowhere(call);
        }

        @Override
        public void answered(Call call, @Nullable JsonNode result) {
            finish(call, new Ending(RpcAnswer.of(result), RpcMetrics.Result.SUCCESS));
        }

        @Override
        public void failed(Call call, RemoteCalls.Failure failure) {
            finish(
                    call,
                    switch (failure) {
                        case SAME_SOCKET -> SAME_SOCKET;
                        case TIMED_OUT -> TIMED_OUT;
                        case DISCONNECTED -> DISCONNECTED;
                        case INTERNAL -> INTERNAL;
                    });
        }

        @Override
        public void served(AccountId id, Predicate<String> method) {
            AccountCalls account = accounts.get(id);
            if (account != null) {
                for (String awaited : account.awaited()) {
                    if (method.test(awaited)) {
                        account.takeWaitingFor(awaited).forEach(call -> place(call, true));
                    }
                }
            }
        }

        @Override
        public void servedAt(AccountId id, String name, String node) {
            AccountCalls account = accounts.get(id);
            if (account != null) {
                account.servedAt(name, node);
            }
        }

        @Override
        public void departed(AccountId id, String owner) {
            departures.note(id, owner);
        }
    }

    /// How much there is now: names, calls that wait for a registration, unanswered calls.
    public record Counts(int methods, int waiting, int pending) {}

    /// Counts of one account.
    public Counts counts(AccountId id) {
        AccountCalls account = accounts.get(id);
        return account == null ? new Counts(0, 0, 0) : account.counts();
    }

    /// Calls between nodes since the start: sent to the others, and taken from them. Both are 0
    /// when this relay is alone.
    public long sentAcross() {
        return remote == null ? 0 : remote.given();
    }

    public long takenAcross() {
        return remote == null ? 0 : remote.taken();
    }

    /// Answers the calls that have waited for a registration long enough.
    public void sweep() {
        long since = clock.millis() - limits.grace().toMillis();
        for (AccountCalls account : accounts.values()) {
            account.takeWaitingSince(since).forEach(call -> finish(call, NOT_AVAILABLE));
        }
        if (remote != null) {
            remote.sweep();
            accounts.forEach((id, account) -> account.awaited().forEach(m -> remote.probe(id, m)));
        }
    }

    /// These sockets are about to be closed so that their clients go to another node: nothing new
    /// comes to them, and calls to what they served wait for it there. Calls of other nodes that
    /// are on their way here are told so.
    public void withdraw(Set<String> socketIds) {
        for (Endpoint endpoint : endpoints.values()) {
            if (socketIds.contains(endpoint.socket.socketId())) {
                AccountId account = endpoint.socket.account();
                String id = id(endpoint.socket.scope());
                if (id != null) {
                    departures.note(account, id);
                    if (remote != null) {
                        // Before it is not served any more: calls that find that wait then.
                        remote.tellDeparted(account, id);
                    }
                }
                endpoint.account.withdraw(endpoint);
            }
        }
    }

    /// Which of these sockets have calls that are not answered, made by them or running there.
    public Set<String> busy(Set<String> socketIds) {
        return endpoints.values().stream()
                .filter(endpoint -> socketIds.contains(endpoint.socket.socketId()))
                .filter(endpoint -> endpoint.account.isBusy(endpoint))
                .map(endpoint -> endpoint.socket.socketId())
                .collect(Collectors.toSet());
    }

    /// Another node is taken for dead, though it may run on some time: its calls end.
    public void nodeIsSilent(String node) {
        if (remote != null) {
            remote.isSilent(node);
        }
    }

    /// It was only slow.
    public void nodeIsBack(String node) {
        if (remote != null) {
            remote.isBack(node);
        }
    }

    void connected(SocketCaller socket) {
        var _ =
                accounts.compute(
                        socket.account(),
                        (_, found) -> {
                            AccountCalls account = found == null ? new AccountCalls(limits) : found;
                            account.come(id(socket.scope()));
                            endpoints.put(socket.connection(), new Endpoint(socket, account));
                            return account;
                        });
    }

    void disconnected(SocketCaller socket) {
        Endpoint endpoint = endpoints.remove(socket.connection());
        if (endpoint == null) {
            return;
        }
        String id = id(socket.scope());
        if (id != null) {
            departures.note(socket.account(), id);
        }
        List<String> served = remote == null ? List.of() : endpoint.account.methodsOf(endpoint);
        List<Call> abandoned = endpoint.account.leave(endpoint, id);
        if (remote != null) {
            served.forEach(method -> remote.unserve(socket.account(), method));
            if (id != null) {
                remote.tellDeparted(socket.account(), id);
            }
        }
        accounts.computeIfPresent(
                socket.account(), (_, account) -> account.isEmpty() ? null : account);
        // Nobody hears it; it lets go of what the call holds.
        abandoned.forEach(call -> finish(call, NOT_AVAILABLE));
    }

    /// What became of `rpc-register`.
    enum Registration {
        DONE,
        NOT_ALLOWED,
        TOO_MANY,
        /// The socket has gone: there is nobody to tell.
        GONE
    }

    /// Makes the socket the one that serves the method. May block on the store.
    ///
    /// @param confirm runs before the calls that waited for the method are placed
    Registration register(SocketCaller socket, String method, Runnable confirm) {
        Endpoint endpoint = endpoints.get(socket.connection());
        if (endpoint == null) {
            return Registration.GONE;
        }
        if (!names.mayRegister(socket, method)) {
            return Registration.NOT_ALLOWED;
        }
        return switch (endpoint.account.register(endpoint, method)) {
            case AccountCalls.Registered.Gone() -> Registration.GONE;
            case AccountCalls.Registered.TooMany() -> Registration.TOO_MANY;
            case AccountCalls.Registered.Done(var waiting) -> {
                if (remote != null) {
                    remote.serve(endpoint, method);
                }
                confirm.run();
                waiting.forEach(call -> ask(call, endpoint));
                yield Registration.DONE;
            }
        };
    }

    /// Ends the socket's own registration of the method, if it has one.
    void unregister(SocketCaller socket, String method) {
        Endpoint endpoint = endpoints.get(socket.connection());
        if (endpoint != null) {
            endpoint.account.unregister(endpoint, method);
            if (remote != null) {
                remote.unserve(socket.account(), method);
            }
        }
    }

    /// Places a call; it is answered later, once, whatever happens.
    ///
    /// @param params null when absent
    void call(SocketCaller socket, String method, @Nullable JsonNode params, Reply reply) {
        Endpoint caller = endpoints.get(socket.connection());
        if (caller == null) {
            reply.send(NOT_AVAILABLE.answer());
            return;
        }
        if (!caller.account.begin(caller)) {
            reply.send(TOO_MANY);
            return;
        }
        var call = new Call(caller, method, params, reply, clock.millis());
        try {
            CompletableFuture<Boolean> allowed = names.mayCall(socket, method);
            if (allowed.isDone() && !allowed.isCompletedExceptionally()) {
                place(call, allowed.resultNow());
            } else {
                var _ =
                        allowed.whenComplete(
                                (yes, failure) -> {
                                    if (failure == null) {
                                        place(call, yes);
                                    } else {
                                        fail(call, failure);
                                    }
                                });
            }
        } catch (RuntimeException e) {
            fail(call, e);
        }
    }

    private void place(Call call, boolean allowed) {
        if (!allowed) {
            finish(call, NOT_AVAILABLE);
            return;
        }
        Endpoint here = call.caller.account.serving(call.method);
        if (here != null) {
            ask(call, here);
        } else if (remote == null || !remote.send(call)) {
            nowhere(call);
        }
    }

    /// Nobody serves the method at present.
    private void nowhere(Call call) {
        switch (call.caller.account.place(call, mayCome(call))) {
            case AccountCalls.Placement.To(var target) -> ask(call, target);
            case AccountCalls.Placement.Nowhere() -> finish(call, NOT_AVAILABLE);
            case AccountCalls.Placement.Waits() -> {}
        }
    }

    /// Whether somebody may be about to register the method.
    private boolean mayCome(Call call) {
        String owner = Names.owner(call.method);
        return !owner.isEmpty()
                && (call.caller.account.isPresent(owner)
                        || departures.isRecent(call.caller.socket.account(), owner));
    }

    private void ask(Call call, Endpoint target) {
        if (target.isSameClient(call.caller)) {
            finish(call, SAME_SOCKET);
            return;
        }
        noteIfItStartsOrStops(call);
        try {
            var request = new RpcRequest(call.method, call.takeParams());
            var _ =
                    asked(target, request, left(call))
                            .whenComplete((values, failure) -> answered(call, values, failure));
        } catch (RuntimeException e) {
            fail(call, e);
        }
    }

    private CompletableFuture<List<JsonNode>> asked(
            Endpoint target, RpcRequest request, Duration left) {
        CompletableFuture<List<JsonNode>> answer =
                router.ask(target.socket.socketId(), left, SentEvent.RPC_REQUEST, request);
        target.running.incrementAndGet();
        // Itself is returned: what depends on it would wrap its failure.
        var _ = answer.whenComplete((_, _) -> target.running.decrementAndGet());
        return answer;
    }

    /// Only the name of what is called: its parameters are the client's secret.
    private void noteIfItStartsOrStops(Call call) {
        String name = call.method.substring(call.method.lastIndexOf(':') + 1);
        if (NOTED.contains(name)) {
            SocketCaller socket = call.caller.socket;
            audit.note(
                    Actor.of(socket.caller(), socket.remote()),
                    Kind.RPC_CALL,
                    Details.of("method", name).and("target", Names.owner(call.method)));
        }
    }

    /// What is left of the time for an answer, after a possible wait for the registration.
    private Duration left(Call call) {
        Duration left = limits.answerWithin().minusMillis(clock.millis() - call.arrivedAtMs);
        return left.isPositive() ? left : Duration.ofMillis(1);
    }

    private void answered(Call call, @Nullable List<JsonNode> values, @Nullable Throwable failure) {
        if (values != null) {
            RpcAnswer answer = RpcAnswer.of(values.isEmpty() ? null : values.getFirst());
            finish(call, new Ending(answer, RpcMetrics.Result.SUCCESS));
            return;
        }
        switch (failure) {
            case AckTimeoutException _ -> finish(call, TIMED_OUT);
            case SocketClosedException _ -> finish(call, DISCONNECTED);
            case null -> fail(call, new IllegalStateException("neither answer nor failure"));
            default -> fail(call, failure);
        }
    }

    private void fail(Call call, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        LOG.warn("a call was not placed", cause);
        finish(call, INTERNAL);
    }

    /// The count goes down first, so that who has the answer may call again.
    private void finish(Call call, Ending ending) {
        if (call.finish()) {
            call.caller.account.end(call.caller);
            call.reply().send(ending.answer());
            metrics.answered(ending.result(), Duration.ofMillis(clock.millis() - call.arrivedAtMs));
        }
    }

    /// Counts a call that was refused before it could be placed.
    void refused() {
        metrics.answered(RpcMetrics.Result.INVALID_PARAMS, Duration.ZERO);
    }

    private static @Nullable String id(ClientScope scope) {
        return switch (scope) {
            case ClientScope.User() -> null;
            case ClientScope.Machine(var machine) -> machine.value();
            case ClientScope.Session(var session) -> session.value();
        };
    }
}
