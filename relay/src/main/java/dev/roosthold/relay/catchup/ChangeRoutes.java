package dev.roosthold.relay.catchup;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.UpdateLog;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.util.RawValue;

/// `GET /v1/changes`: the updates of an account behind a number.
///
/// An account's credential gets all of them, a machine's those of its machine and of the sessions
/// it made. A page is never empty while there is more: it holds at least one change, so a client
/// goes on from the last change it got; without `hasMore` from `lastSeq`.
public final class ChangeRoutes {
    private static final int MAX_PAGE = 1_000;
    private static final int USUAL_PAGE = 500;

    /// A page ends before the change that would exceed this; one change always fits.
    private static final long PAGE_CHARACTERS = 8L << 20;

    private final Store store;
    private final UpdateLog log;
    private final ReachableSessions sessions;

    public ChangeRoutes(Store store, UpdateLog log, ReachableSessions sessions) {
        this.store = store;
        this.log = log;
        this.sessions = sessions;
    }

    public void register(Routes routes) {
        routes.bearer("GET", "/v1/changes", this::changes);
    }

    /// The answer.
    ///
    /// @param verdict `resumed`, or `gap` when not everything behind the number is known: the
    ///     client reads its state anew and goes on from `lastSeq`
    /// @param changes arguments of the event `update`, in rising order
    /// @param lastSeq number of the account's latest update, of the same moment
    /// @param hasMore whether a change for this client follows
    private record Changes(String verdict, List<RawValue> changes, long lastSeq, boolean hasMore) {}

    private Response changes(Request request) {
        var fields = Fields.query(request);
        long after = fields.integer("after", 0, Long.MAX_VALUE);
        int limit = fields.limit("limit", MAX_PAGE, USUAL_PAGE);
        fields.check();
        Caller caller = request.requireCaller();
        return Response.ok(store.readNow(sql -> changes(sql, caller, after, limit)));
    }

    private Changes changes(Sql sql, Caller caller, long after, int limit) throws SQLException {
        long last = Updates.lastSeq(sql, caller.account());
        var bounds = new UpdateLog.Bounds(limit, PAGE_CHARACTERS, Integer.MAX_VALUE);
        return switch (log.read(sql, caller.account(), after, filter(sql, caller), bounds)) {
            case UpdateLog.Part.Gap() -> new Changes("gap", List.of(), last, false);
            case UpdateLog.Part.Entries(var entries, _, boolean complete) ->
                    new Changes(
                            "resumed",
                            entries.stream().map(UpdateLog.Entry::update).toList(),
                            last,
                            !complete);
        };
    }

    private UpdateLog.Filter filter(Sql sql, Caller caller) {
        return switch (caller.scope()) {
            case Scope.Account() -> (_, _) -> true;
            case Scope.Machine(var own) -> {
                Map<SessionId, Boolean> known = new HashMap<>();
                yield (to, _) ->
                        switch (to) {
                            case Recipients.Users() -> false;
                            case Recipients.Machine(var machine) -> machine.equals(own);
                            case Recipients.Session(var session) -> {
                                Boolean reachable = known.get(session);
                                if (reachable == null) {
                                    reachable = sessions.contains(sql, caller, session);
                                    known.put(session, reachable);
                                }
                                yield reachable;
                            }
                        };
            }
        };
    }
}
