package dev.roosthold.relay.rpc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.sessions.ReachableSessions;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/// Whose name is whose; the table stands in the package's description. Thread-safe.
///
/// That an id is not a machine's is remembered for [#REMEMBERED]: a burst of registrations costs
/// one look at the store, and whoever registers names of a machine that does not exist yet loses
/// them to the machine when it comes, as every older registration does.
final class Names {
    static final int MAX_LENGTH = 256;

    private static final Duration REMEMBERED = Duration.ofSeconds(10);
    private static final int MAX_REMEMBERED = 10_000;

    private record Id(AccountId account, String id) {}

    private final Store store;
    private final Machines machines;
    private final ReachableSessions sessions;
    private final Cache<Id, Boolean> isMachine;

    Names(Store store, Machines machines, ReachableSessions sessions, InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.sessions = sessions;
        this.isMachine =
                Caffeine.newBuilder()
                        .maximumSize(MAX_REMEMBERED)
                        .expireAfterWrite(REMEMBERED)
                        .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                        .executor(Runnable::run)
                        .build();
    }

    /// The id before the first colon; empty when there is none.
    static String owner(String method) {
        int colon = method.indexOf(':');
        return colon < 0 ? "" : method.substring(0, colon);
    }

    /// May block on the store.
    boolean mayRegister(SocketCaller socket, String method) {
        String owner = owner(method);
        return switch (socket.caller().scope()) {
            case Scope.Account() ->
                    switch (socket.scope()) {
                        case ClientScope.User() -> true;
                        case ClientScope.Machine(var machine) ->
                                owner.equals(machine.value())
                                        || !isMachine(socket.account(), owner);
                        case ClientScope.Session _ -> !isMachine(socket.account(), owner);
                    };
            case Scope.Machine(var own) ->
                    owner.equals(own.value())
                            ? socket.scope() instanceof ClientScope.Machine
                            : isReachableSession(socket, owner).join();
        };
    }

    /// Never blocks.
    CompletableFuture<Boolean> mayCall(SocketCaller socket, String method) {
        return switch (socket.caller().scope()) {
            case Scope.Account() -> CompletableFuture.completedFuture(true);
            case Scope.Machine(var own) -> {
                String owner = owner(method);
                yield owner.equals(own.value())
                        ? CompletableFuture.completedFuture(true)
                        : isReachableSession(socket, owner);
            }
        };
    }

    private CompletableFuture<Boolean> isReachableSession(SocketCaller socket, String id) {
        return id.isEmpty()
                ? CompletableFuture.completedFuture(false)
                : sessions.isReachable(socket.caller(), new SessionId(id));
    }

    private boolean isMachine(AccountId account, String id) {
        return !id.isEmpty()
                && isMachine.get(
                        new Id(account, id),
                        _ ->
                                store.readNow(sql -> machines.owner(sql, new MachineId(id)))
                                        .filter(found -> found.account().equals(account))
                                        .isPresent());
    }
}
