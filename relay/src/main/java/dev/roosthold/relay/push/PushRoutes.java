package dev.roosthold.relay.push;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.push.PushTokens;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.store.Store;
import java.time.InstantSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/push-tokens` and `POST /v1/sessions/:id/push-event`.
final class PushRoutes {
    static final int MAX_TOKENS = 100;

    private static final int MAX_TOKEN = 1_024;
    private static final int MAX_TITLE = 200;
    private static final int MAX_BODY = 500;
    private static final int MAX_REQUEST = 64 << 10;

    private final Store store;
    private final Notifications notifications;
    private final Ids ids;
    private final InstantSource clock;

    PushRoutes(Store store, Notifications notifications, Ids ids, InstantSource clock) {
        this.store = store;
        this.notifications = notifications;
        this.ids = ids;
        this.clock = clock;
    }

    void register(Routes routes) {
        Routes small = routes.withBodyLimit(MAX_REQUEST);
        small.accountBearer("POST", "/v1/push-tokens", this::save);
        small.accountBearer("GET", "/v1/push-tokens", this::list);
        small.accountBearer("DELETE", "/v1/push-tokens/:token", this::delete);
        small.bearer("POST", "/v1/sessions/:id/push-event", this::pushEvent);
    }

    private Response save(Request request) {
        var fields = Fields.body(request);
        String token = fields.text("token", 1, MAX_TOKEN);
        if (!Texts.isPrintable(token)) {
            fields.problem("token", "Invalid string: control characters");
        }
        fields.check();
        Caller caller = request.requireCaller();
        String id = ids.next(clock.millis());
        boolean saved =
                store.writeNow(
                        tx -> {
                            boolean known = PushTable.saveToken(tx, caller, id, token);
                            PushTable.dropTokens(tx, caller.account(), token, MAX_TOKENS);
                            return known;
                        });
        return saved ? Response.ok(Success.OK) : Response.error(401, "Invalid token");
    }

    private Response list(Request request) {
        AccountId account = request.requireCaller().account();
        return Response.ok(new PushTokens(store.readNow(sql -> PushTable.tokens(sql, account))));
    }

    private Response delete(Request request) {
        AccountId account = request.requireCaller().account();
        String token = request.parameter("token");
        store.writeNow(tx -> PushTable.deleteToken(tx, account, token));
        return Response.ok(Success.OK);
    }

    private Response pushEvent(Request request) {
        var fields = Fields.body(request);
        Kind kind = Kind.read(fields);
        String title = fields.text("title", 1, MAX_TITLE);
        String body = fields.text("body", 1, MAX_BODY);
        ObjectNode data = data(fields);
        fields.check();
        Caller caller = request.requireCaller();
        var session = new SessionId(request.parameter("id"));
        if (!store.readNow(sql -> Sessions.isReachable(sql, caller, session))) {
            return Response.error(404, "Session not found");
        }
        return Response.ok(
                notifications.send(
                        caller.account(), Notification.of(session, kind, title, body, data)));
    }

    /// May be absent, but not null.
    private static ObjectNode data(Fields fields) {
        var node = fields.node("data");
        if (node instanceof ObjectNode object) {
            return object;
        }
        if (!node.isMissingNode()) {
            fields.problem("data", "Invalid input: expected record");
        }
        return JsonNodeFactory.instance.objectNode();
    }
}
