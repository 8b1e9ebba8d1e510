package dev.roosthold.relay.catchup;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.UpdateLog;
import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Handshake;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Recovery;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/// Connection state recovery on the update log. Thread-safe; survives a restart of the relay.
///
/// A socket is recovered only when every update it would have got is replayed: to its scope, from
/// the log in its order, without those it has caused itself and was not to get. More than
/// [Backlog#MAX_ENTRIES] updates or [Backlog#MAX_CHARACTERS] are not replayed; the client reads its
/// state anew then, in pages, which costs both sides less. Clients for which a replay would do harm
/// are not offered it.
public final class LogRecovery implements Recovery {
    /// Small enough that a reader of the store is soon free for others.
    private static final UpdateLog.Bounds PAGE = new UpdateLog.Bounds(500, 2L << 20, 2_000);

    /// What published session clients call themselves that read the messages they missed over REST
    /// as soon as they connect, recovered or not, and take whatever comes meanwhile for new: a
    /// replay would give each missed message to their agent a second time.
    private static final String READS_ANEW = "cli-coding-session/";

    private final Store store;
    private final UpdateLog log;
    private final Passes passes;
    private final Executor blocking;
    private final ReplayRoom room = ReplayRoom.ofThisProcess();
    private final Delivery delivery;

    /// The way of updates to the sockets.
    @FunctionalInterface
    public interface Delivery {
        /// From when this returns, everything up to the number was handed to the rooms. May block.
        void reach(AccountId account, long seq);
    }

    /// For a relay that is alone.
    ///
    /// @param blocking runs what waits for the store
    public LogRecovery(Store store, UpdateLog log, SealKey key, Executor blocking) {
        this(store, log, key, (_, _) -> {}, blocking);
    }

    /// @param delivery waits for updates that were committed by others; one's own are waited for
    ///     here
    /// @param blocking runs what waits for the store
    public LogRecovery(
            Store store, UpdateLog log, SealKey key, Delivery delivery, Executor blocking) {
        this.store = store;
        this.log = log;
        this.passes = new Passes(key);
        this.delivery = delivery;
        this.blocking = blocking;
    }

    @Override
    public Optional<String> begin(
            Namespace namespace, String socketId, Admission.Accept admission) {
        SocketCaller caller = caller(admission);
        return readsAnew(caller) ? Optional.empty() : Optional.of(passes.issue(socketId, caller));
    }

    @Override
    public CompletionStage<Optional<Continuation>> recover(
            Namespace namespace,
            String pid,
            String offset,
            Handshake handshake,
            Admission.Accept admission) {
        SocketCaller caller = caller(admission);
        Optional<Passes.Pass> pass = passes.open(pid, caller);
        OptionalLong presented = caller.presentedOffset();
        if (pass.isEmpty() || readsAnew(caller) || (presented.isEmpty() && !offset.isEmpty())) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        long from = pass.get().from(presented);
        String socketId = pass.get().socketId();
        return CompletableFuture.supplyAsync(() -> read(caller, socketId, from), blocking);
    }

    private Optional<Continuation> read(SocketCaller caller, String socketId, long from) {
        var backlog = new Backlog(room);
        boolean complete = false;
        try {
            complete = fill(backlog, caller, socketId, from);
        } finally {
            if (!complete) {
                backlog.done();
            }
        }
        return complete
                ? Optional.of(new Continuation(socketId, Set.of(), backlog, backlog::done))
                : Optional.empty();
    }

    /// Whether everything is in the backlog.
    private boolean fill(Backlog backlog, SocketCaller caller, String socketId, long from) {
        UpdateLog.Filter filter =
                (to, exceptSocket) ->
                        receives(caller.scope(), to)
                                && exceptSocket.filter(socketId::equals).isEmpty();
        long reached = from;
        boolean complete = false;
        while (!complete) {
            long after = reached;
            switch (store.readNow(sql -> log.read(sql, caller.account(), after, filter, PAGE))) {
                case UpdateLog.Part.Gap() -> {
                    return false;
                }
                case UpdateLog.Part.Entries(var entries, long now, boolean last) -> {
                    if (!backlog.add(entries)) {
                        return false;
                    }
                    reached = now;
                    complete = last;
                }
            }
        }
        if (!backlog.isEmpty()) {
            // What was read may be committed and not yet on its way to the rooms, so that it would
            // come a second time after the replay. A write's turn comes when all that has been
            // committed before it was sent.
            store.writeNow(new Lane(caller.account().value()), _ -> true);
            delivery.reach(caller.account(), reached);
        }
        return true;
    }

    private static boolean readsAnew(SocketCaller caller) {
        return caller.scope() instanceof ClientScope.Session
                && caller.happyClient().startsWith(READS_ANEW);
    }

    private static boolean receives(ClientScope scope, Recipients to) {
        return switch (scope) {
            case ClientScope.User() -> true;
            case ClientScope.Session(var own) ->
                    to instanceof Recipients.Session(var session) && session.equals(own);
            case ClientScope.Machine(var own) ->
                    to instanceof Recipients.Machine(var machine) && machine.equals(own);
        };
    }

    private static SocketCaller caller(Admission.Accept admission) {
        return (SocketCaller) admission.data();
    }
}
